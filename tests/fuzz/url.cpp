#include <duet/base/error.hpp>
#include <duet/driver/driver.hpp>
#include <duet/driver/url.hpp>
#include <duet/duet.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

bool same(const duet::driver::Url& a, const duet::driver::Url& b) {
    if (a.hosts.size() != b.hosts.size()) return false;
    for (std::size_t i = 0; i < a.hosts.size(); ++i) {
        if (a.hosts[i].name != b.hosts[i].name || a.hosts[i].port != b.hosts[i].port) return false;
    }
    return a.scheme == b.scheme && a.user == b.user && a.path == b.path && a.query.size() == b.query.size();
}

}  // namespace

// Any text is taken apart or refused with a sentence; what is shown of it keeps the password to itself and is
// a URL again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    duet::driver::Url url;
    try {
        url = duet::driver::parse_url(text);
    } catch (const duet::ConfigurationError& error) {
        require(*error.what() != '\0');
        return 0;
    }
    require(!url.scheme.empty());
    const std::string shown = duet::driver::redacted(url);
    if (url.password.size() > 8 && url.user.find(url.password) == std::string::npos &&
        url.path.find(url.password) == std::string::npos &&
        url.scheme.find(url.password) == std::string::npos) {
        bool elsewhere = false;
        for (const auto& [key, value] : url.query) {
            elsewhere = elsewhere || key.find(url.password) != std::string::npos ||
                        value.find(url.password) != std::string::npos;
        }
        for (const auto& host : url.hosts)
            elsewhere = elsewhere || host.name.find(url.password) != std::string::npos;
        require(elsewhere || shown.find(url.password) == std::string::npos);
    }
    require(same(duet::driver::parse_url(shown), url));
    // Nothing is opened before it is used.
    try {
        const duet::Database database{text};
    } catch (const duet::ConfigurationError& error) {
        require(url.password.size() <= 8 ||
                std::string_view(error.what()).find(url.password) == std::string_view::npos ||
                url.scheme.find(url.password) != std::string::npos ||
                text.find('?') != std::string_view::npos);
    }
    return 0;
}
