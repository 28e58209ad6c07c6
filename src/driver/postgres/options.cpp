#include "options.hpp"

#include <duet/base/error.hpp>
#include <duet/driver/url.hpp>
#include <duet/driver/url_values.hpp>

#include <algorithm>
#include <memory>
#include <string_view>

#include <libpq-fe.h>

namespace duet::driver::postgres {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr std::string_view own_options[] = {"statement_timeout", "lock_timeout", "pipeline",
                                            "prepared_statements", "connect_timeout"};

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using LibpqOptions = std::unique_ptr<PQconninfoOption, FreeOptions>;

constexpr std::string_view this_url = "a PostgreSQL URL";

// For the server, which counts milliseconds.
std::string duration(std::string_view key, std::string_view value) {
    constexpr Milliseconds most{2'147'483'647};  // the server's own limit
    return std::to_string(duration_of({key, value, this_url}, PlainUnit::milliseconds, most).count());
}

// As with libpq 0 waits for ever, and so does what is negative.
Milliseconds connect_timeout(std::string_view value) {
    const bool negative = value.starts_with('-');
    if (negative) value.remove_prefix(1);
    constexpr Milliseconds most = std::chrono::years(100);
    const Milliseconds duration = duration_of({"connect_timeout", value, this_url}, PlainUnit::seconds, most);
    return negative || duration == Milliseconds::zero() ? Milliseconds::max() : duration;
}

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

[[noreturn]] void unknown_option(const std::string& key, const PQconninfoOption* known) {
    std::vector<std::pair<std::size_t, std::string>> near;
    const auto consider = [&](std::string_view name) {
        const std::size_t away = distance(key, name);
        if (away <= 3 && away < name.size()) near.emplace_back(away, name);
    };
    for (const std::string_view name : own_options) consider(name);
    for (const PQconninfoOption* option = known; option->keyword != nullptr; ++option)
        consider(option->keyword);
    std::ranges::sort(near);
    std::string message = "a PostgreSQL URL has no option '" + key + "'";
    if (near.empty()) {
        message += "; there are libpq's connection keywords, and:";
        for (const std::string_view name : own_options) message += " " + std::string(name);
    } else {
        message += "; did you mean ";
        for (std::size_t i = 0; i < near.size() && i < 3; ++i)
            message += (i == 0 ? "" : ", ") + near[i].second;
        message += '?';
    }
    throw ConfigurationError(message);
}

class Keywords {
public:
    explicit Keywords(Options& options) : options_(options) {}

    void set(std::string_view key, std::string value) {
        for (auto& [name, old] : options_.keywords) {
            if (name == key) {
                old = std::move(value);
                return;
            }
        }
        options_.keywords.emplace_back(key, std::move(value));
    }
    bool has(std::string_view key) const {
        return std::ranges::any_of(options_.keywords, [&](const auto& entry) { return entry.first == key; });
    }

private:
    Options& options_;
};

void set_hosts(const Url& url, Keywords& keywords) {
    std::string names;
    std::string ports;
    bool any_port = false;
    for (std::size_t i = 0; i < url.hosts.size(); ++i) {
        if (i > 0) {
            names += ',';
            ports += ',';
        }
        names += url.hosts[i].name;
        ports += url.hosts[i].port;
        any_port = any_port || !url.hosts[i].port.empty();
    }
    if (!names.empty()) keywords.set("host", std::move(names));
    if (any_port) keywords.set("port", std::move(ports));
}

void check_value(std::string_view key, std::string_view value) {
    const UrlOption option{key, value, this_url};
    if (key == "sslmode") {
        require_one_of(option, {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"});
    } else if (key == "target_session_attrs") {
        require_one_of(option, {"any", "read-write", "read-only", "primary", "standby", "prefer-standby"});
    } else if (key == "client_encoding") {
        require_one_of(option, {"UTF8", "UTF-8", "utf8", "utf-8"});
    }
}

}  // namespace

std::vector<const char*> Options::keyword_pointers() const {
    std::vector<const char*> out;
    for (const auto& entry : keywords) out.push_back(entry.first.c_str());
    out.push_back(nullptr);
    return out;
}

std::vector<const char*> Options::value_pointers() const {
    std::vector<const char*> out;
    for (const auto& entry : keywords) out.push_back(entry.second.c_str());
    out.push_back(nullptr);
    return out;
}

Options parse_options(const Url& url) {
    const LibpqOptions libpq(PQconndefaults());
    if (libpq == nullptr) throw std::bad_alloc();
    Options options;
    Keywords keywords(options);
    set_hosts(url, keywords);
    if (!url.user.empty()) keywords.set("user", url.user);
    if (!url.password.empty()) keywords.set("password", url.password);
    if (!url.path.empty()) keywords.set("dbname", url.path);
    for (const PQconninfoOption* option = libpq.get(); option->keyword != nullptr; ++option) {
        // From the environment.
        if (std::string_view(option->keyword) == "connect_timeout" && option->val != nullptr &&
            *option->val != '\0')
            options.connect_timeout = connect_timeout(option->val);
    }
    for (const auto& [key, value] : url.query) {
        if (is_pool_option(key)) continue;
        if (key == "pipeline") {
            options.pipeline = flag_of({key, value, this_url});
        } else if (key == "prepared_statements") {
            options.prepare = flag_of({key, value, this_url});
        } else if (key == "statement_timeout" || key == "lock_timeout") {
            if (!options.session_sql.empty()) options.session_sql += "; ";
            options.session_sql += "SET " + key + " = " + duration(key, value);
        } else if (key == "connect_timeout") {
            options.connect_timeout = connect_timeout(value);
        } else if (key == "ssl") {  // as JDBC writes it
            if (flag_of({key, value, this_url})) keywords.set("sslmode", "require");
        } else {
            const PQconninfoOption* known = libpq.get();
            while (known->keyword != nullptr && known->keyword != key) ++known;
            if (known->keyword == nullptr) unknown_option(key, libpq.get());
            check_value(key, value);
            keywords.set(key, value);
        }
    }
    keywords.set("client_encoding", "UTF8");
    if (!keywords.has("fallback_application_name")) keywords.set("fallback_application_name", "duet");
    return options;
}

}  // namespace duet::driver::postgres
