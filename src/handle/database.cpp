#include <duet/base/error.hpp>
#include <duet/driver/url.hpp>
#include <duet/handle/database.hpp>
#include <duet/pool/url_options.hpp>

#include <atomic>
#include <charconv>

namespace duet {

std::size_t StatementCounter::count() const noexcept { return std::atomic_ref<std::size_t>(*count_).load(); }
void StatementCounter::bump(std::size_t& count) noexcept { std::atomic_ref<std::size_t>(count).fetch_add(1); }

namespace detail {

std::shared_ptr<engine::Engine> open_engine(std::string_view text, const DatabaseOptions& options) {
    const driver::Url url = driver::parse_url(text);
    PoolOptions pool = options.pool;
    apply_url_options(url, pool);
    std::unique_ptr<driver::Driver> driver = driver::open_driver(url);
    if (!options.dialect.empty() && options.dialect != driver->dialect().name()) {
        throw ConfigurationError("the URL is of a " + std::string(driver->dialect().name()) +
                                 " database, but the dialect given is " + options.dialect);
    }
    return std::make_shared<engine::Engine>(std::move(driver), std::move(pool));
}

std::int16_t column_named(const ModelInfo& model, std::string_view name, const char* where) {
    int column = model.find_column(name);
    if (column < 0) {
        if (const int relation = model.find_relation(name); relation >= 0) {
            column = model.relations[static_cast<std::size_t>(relation)].local_column;
        }
    }
    if (column < 0) {
        throw InvalidQuery(std::string(where) + ": " + std::string(model.type_name) + " has no column '" +
                           std::string(name) + "'");
    }
    return static_cast<std::int16_t>(column);
}

}  // namespace detail
}  // namespace duet
