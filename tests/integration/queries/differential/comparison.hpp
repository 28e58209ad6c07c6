#pragma once

#include <duet/statement.hpp>

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "integration/support.hpp"
#include "shop.hpp"

/// The same queries in duet and in SQLAlchemy, over the same rows. A family of queries is a test here and a
/// Python module of the same name: each query has a name, and a query that only one side has is a failure.
namespace duet::test::differential {

enum class Place { sqlite, postgres, mariadb };

// A value as JSON text, in one spelling for all databases: numbers with at most six digits behind the point.
std::string cell(std::int64_t value);
std::string cell(double value);
std::string cell(bool value);
std::string cell(const std::string& value);
std::string cell(const Decimal& value);
std::string cell(const Date& value);
std::string cell(const Timestamp& value);
inline std::string cell(int value) { return cell(std::int64_t{value}); }
template <class T>
std::string cell(const std::optional<T>& value) {
    return value ? cell(*value) : "null";
}
template <class T>
std::string row(const T& value) {
    return "[" + cell(value) + "]";
}
template <class... T>
std::string row(const std::tuple<T...>& values) {
    std::string out;
    std::apply([&](const auto&... v) { ((out += (out.empty() ? "[" : ",") + cell(v)), ...); }, values);
    return out + "]";
}

/// A database with the shop in it, and what duet's queries yield there.
class Comparison {
public:
    Comparison(Place place, std::string family);

    /// Runs a statement, in blocking code and in a coroutine, and keeps its rows to compare them, in whatever
    /// order.
    template <class S>
    void same(const std::string& name, const S& statement) {
        keep<S>(name, statement, false);
    }
    /// The order of the rows counts as well: the statement has to order them totally.
    template <class S>
    void same_in_order(const std::string& name, const S& statement) {
        keep<S>(name, statement, true);
    }
    /// Rows that were fetched in another way than by a statement.
    template <class F>
    void same_rows(const std::string& name, const F& fetch) {
        begin(name, false);
        run(fetch);
    }

    /// Runs the Python module and compares. The number of queries is a property of the test.
    void finish();

    Database& db() { return *db_; }
    Place place() const { return place_; }

private:
    struct Outcome {
        std::string sql{};
        std::vector<std::string> rows{};
        bool ordered = false;
    };
    template <class S>
    void keep(const std::string& name, const S& statement, bool ordered) {
        begin(name, ordered);
        run([&] { return db_->execute(statement).all(); });
        begin_again();
        run([&] { return duet::run(async_->execute(statement).all()); });
        end_again(name);
    }
    template <class F>
    void run(const F& fetch) {
        try {
            for (const auto& found : fetch()) current_->rows.push_back(row(found));
        } catch (...) {
            caught();
        }
    }
    void begin(const std::string& name, bool ordered);
    /// The same query once more, whose rows have to be those of the first time.
    void begin_again();
    void end_again(const std::string& name);
    void caught();
    std::map<std::string, Outcome> theirs() const;

    Place place_;
    std::string family_;
    TemporaryFolder folder_;
    std::string url_;
    std::optional<Database> db_;
    std::optional<AsyncDatabase> async_;
    std::optional<QueryHook> hook_;
    std::map<std::string, Outcome> ours_;
    Outcome* current_ = nullptr;
    Outcome first_;  // what the blocking query has yielded, while it runs again
};

class Differential : public ::testing::TestWithParam<Place> {};
std::string name_of(const ::testing::TestParamInfo<Place>& place);

}  // namespace duet::test::differential
