#include "aggregates.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "error.hpp"

namespace duet::driver::sqlite {
namespace {

std::string_view text_of(sqlite3_value* value) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
    return {text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

/// A copy of a value.
class Value {
public:
    explicit Value(sqlite3_value* of) : value_(sqlite3_value_dup(of)) {
        if (value_ == nullptr) throw std::bad_alloc();
    }
    Value(Value&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
    Value& operator=(Value&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Value() { sqlite3_value_free(value_); }

    sqlite3_value* get() const noexcept { return value_; }
    bool is_null() const noexcept { return sqlite3_value_type(value_) == SQLITE_NULL; }

private:
    sqlite3_value* value_;
};

int rank_of(sqlite3_value* value) {
    switch (sqlite3_value_type(value)) {
        case SQLITE_NULL:
            return 0;
        case SQLITE_INTEGER:
        case SQLITE_FLOAT:
            return 1;
        case SQLITE_TEXT:
            return 2;
        default:
            return 3;
    }
}

template <class T>
int compared(const T& a, const T& b) {
    return a < b ? -1 : (b < a ? 1 : 0);
}

/// SQLite's own order: NULL, numbers, texts, blobs.
int compare(const Value& left, const Value& right) {
    sqlite3_value* const a = left.get();
    sqlite3_value* const b = right.get();
    const int rank = rank_of(a);
    if (rank != rank_of(b)) return compared(rank, rank_of(b));
    if (rank == 0) return 0;
    if (rank == 1) {
        const bool whole = sqlite3_value_type(a) == SQLITE_INTEGER && sqlite3_value_type(b) == SQLITE_INTEGER;
        return whole ? compared(sqlite3_value_int64(a), sqlite3_value_int64(b))
                     : compared(sqlite3_value_double(a), sqlite3_value_double(b));
    }
    if (rank == 2) return text_of(a).compare(text_of(b));
    const auto bytes = [](sqlite3_value* blob) {
        const auto* data = static_cast<const char*>(sqlite3_value_blob(blob));
        return std::string_view(data == nullptr ? "" : data,
                                static_cast<std::size_t>(sqlite3_value_bytes(blob)));
    };
    return bytes(a).compare(bytes(b));
}

/// What an aggregate has seen so far.
struct Gathered {
    struct Row {
        std::string text;
        std::vector<Value> keys;
    };

    std::string options;
    std::string between;
    std::vector<Row> rows;

    void step(int count, sqlite3_value** arguments) {
        if (rows.empty()) {
            options = text_of(arguments[0]);
            between = text_of(arguments[2]);
        }
        if (sqlite3_value_type(arguments[1]) == SQLITE_NULL) return;
        Row row{std::string(text_of(arguments[1])), {}};
        for (int i = 3; i < count; ++i) row.keys.emplace_back(arguments[i]);
        rows.push_back(std::move(row));
    }
    void finish(sqlite3_context* context) {
        if (rows.empty()) return;
        std::stable_sort(rows.begin(), rows.end(),
                         [this](const Row& a, const Row& b) { return comes_before(a, b); });
        const bool once = options.starts_with('u');
        std::vector<std::string_view> known;
        std::string out;
        for (const Row& row : rows) {
            if (once) {
                const auto at = std::lower_bound(known.begin(), known.end(), std::string_view(row.text));
                if (at != known.end() && *at == row.text) continue;
                known.insert(at, row.text);
            }
            if (&row != &rows.front()) out += between;
            out += row.text;
        }
        sqlite3_result_text64(context, out.data(), out.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }

private:
    bool comes_before(const Row& a, const Row& b) const {
        for (std::size_t i = 0; i < a.keys.size() && i < b.keys.size(); ++i) {
            const bool nulls_first = options.substr(2 + 2 * i, 1) == "f";
            if (a.keys[i].is_null() != b.keys[i].is_null()) return a.keys[i].is_null() == nulls_first;
            const int order = compare(a.keys[i], b.keys[i]);
            if (order != 0) return options.substr(1 + 2 * i, 1) == "-" ? order > 0 : order < 0;
        }
        return false;
    }
};

/// Welford's running mean and sum of squared differences.
struct Spread {
    std::int64_t count = 0;
    double mean = 0;
    double squares = 0;

    void step(int, sqlite3_value** arguments) {
        if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return;
        const double value = sqlite3_value_double(arguments[0]);
        const double before = value - mean;
        ++count;
        mean += before / static_cast<double>(count);
        squares += before * (value - mean);
    }
};
template <bool Sample, bool Root>
struct Deviation : Spread {
    void finish(sqlite3_context* context) const {
        const std::int64_t degrees = Sample ? count - 1 : count;
        if (degrees <= 0) return;
        const double variance = squares / static_cast<double>(degrees);
        sqlite3_result_double(context, Root ? std::sqrt(variance) : variance);
    }
};

struct Sorted {
    std::vector<Value> values;
    double fraction = 0;
    bool descending = false;

    void step(int count, sqlite3_value** arguments) {
        if (count > 1) fraction = sqlite3_value_double(arguments[1]);
        if (count > 2) descending = sqlite3_value_int(arguments[2]) != 0;
        if (sqlite3_value_type(arguments[0]) != SQLITE_NULL) values.emplace_back(arguments[0]);
    }
    void sort() {
        std::stable_sort(values.begin(), values.end(), [this](const Value& a, const Value& b) {
            const int order = compare(a, b);
            return descending ? order > 0 : order < 0;
        });
    }
};
struct PercentileCont : Sorted {
    void finish(sqlite3_context* context) {
        if (values.empty()) return;
        sort();
        const double place = fraction * static_cast<double>(values.size() - 1);
        const auto below = static_cast<std::size_t>(std::floor(place));
        const auto above = static_cast<std::size_t>(std::ceil(place));
        const double low = sqlite3_value_double(values[below].get());
        const double high = sqlite3_value_double(values[above].get());
        sqlite3_result_double(context, low + (high - low) * (place - std::floor(place)));
    }
};
struct PercentileDisc : Sorted {
    void finish(sqlite3_context* context) {
        if (values.empty()) return;
        sort();
        const double place = std::ceil(fraction * static_cast<double>(values.size()));
        const auto at = place < 1 ? std::size_t{0} : static_cast<std::size_t>(place) - 1;
        sqlite3_result_value(context, values[at].get());
    }
};
struct Mode : Sorted {
    void step(int count, sqlite3_value** arguments) {
        if (count > 1) descending = sqlite3_value_int(arguments[1]) != 0;
        if (sqlite3_value_type(arguments[0]) != SQLITE_NULL) values.emplace_back(arguments[0]);
    }
    void finish(sqlite3_context* context) {
        sort();
        std::size_t best = 0;
        std::size_t most = 0;
        for (std::size_t i = 0; i < values.size();) {
            std::size_t end = i + 1;
            while (end < values.size() && compare(values[i], values[end]) == 0) ++end;
            if (end - i > most) {
                most = end - i;
                best = i;
            }
            i = end;
        }
        if (most != 0) sqlite3_result_value(context, values[best].get());
    }
};

/// SQLite keeps a pointer to the aggregate for us, null before the first row.
template <class A>
void step(sqlite3_context* context, int count, sqlite3_value** arguments) {
    auto** kept = static_cast<A**>(sqlite3_aggregate_context(context, sizeof(A*)));
    if (kept == nullptr) return sqlite3_result_error_nomem(context);
    try {
        if (*kept == nullptr) *kept = new A;
        (*kept)->step(count, arguments);
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(context);
    }
}

// Called once whatever happens, after a failure too.
template <class A>
void finish(sqlite3_context* context) {
    auto** kept = static_cast<A**>(sqlite3_aggregate_context(context, 0));
    if (kept == nullptr || *kept == nullptr) return;
    try {
        (*kept)->finish(context);
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(context);
    }
    delete *kept;
    *kept = nullptr;
}

template <class A>
void add(sqlite3* db, const char* name, int arguments) {
    const int code =
        sqlite3_create_function_v2(db, name, arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                   nullptr, nullptr, step<A>, finish<A>, nullptr);
    if (code != SQLITE_OK) throw_error(db, code, {});
}

}  // namespace

void register_aggregates(sqlite3* db) {
    add<Gathered>(db, "duet_gather", -1);
    add<Deviation<true, false>>(db, "duet_var_samp", 1);
    add<Deviation<false, false>>(db, "duet_var_pop", 1);
    add<Deviation<true, true>>(db, "duet_stddev_samp", 1);
    add<Deviation<false, true>>(db, "duet_stddev_pop", 1);
    add<PercentileCont>(db, "duet_percentile_cont", 3);
    add<PercentileDisc>(db, "duet_percentile_disc", 3);
    add<Mode>(db, "duet_mode", 2);
}

}  // namespace duet::driver::sqlite
