#include <duet/base/error.hpp>
#include <duet/driver/driver.hpp>
#include <duet/driver/url.hpp>

#include <map>
#include <mutex>

namespace duet::driver {
namespace {

struct Registry {
    std::mutex mutex;
    std::map<std::string, Factory, std::less<>> factories;
};

// Filled by initialisers of other objects, so it must come to life on first use.
Registry& registry() {
    static Registry instance;
    return instance;
}

std::string advice_for(std::string_view scheme) {
    if (scheme == "sqlite") return "link duet::sqlite into the program";
    if (scheme == "postgresql") return "link duet::postgres into the program";
    if (scheme == "mariadb" || scheme == "mysql") return "link duet::mariadb into the program";
    if (scheme == "sqlite3" || scheme == "file") return "write sqlite:///";
    if (scheme == "postgres" || scheme == "pg") return "write postgresql://";
    return {};
}

}  // namespace

void register_driver(std::string_view scheme, Factory factory) {
    Registry& known = registry();
    const std::lock_guard lock(known.mutex);
    known.factories.insert_or_assign(std::string(scheme), factory);
}

std::unique_ptr<Driver> open_driver(const Url& url) {
    Registry& known = registry();
    Factory factory = nullptr;
    std::string schemes;
    {
        const std::lock_guard lock(known.mutex);
        if (const auto it = known.factories.find(url.scheme); it != known.factories.end())
            factory = it->second;
        for (const auto& [scheme, unused] : known.factories)
            schemes += (schemes.empty() ? "" : ", ") + scheme;
    }
    if (factory != nullptr) return factory(url);

    std::string message = "no driver for '" + url.scheme + "://' URLs in this program";
    if (const std::string advice = advice_for(url.scheme); !advice.empty()) message += ": " + advice;
    message +=
        schemes.empty() ? " (there are no drivers at all)" : " (there are drivers for: " + schemes + ")";
    throw ConfigurationError(message);
}

}  // namespace duet::driver
