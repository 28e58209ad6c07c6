#include "comparison.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace duet::test::differential {

std::string cell(std::int64_t value) { return std::to_string(value); }
std::string cell(double value) {
    char text[400];
    std::snprintf(text, sizeof(text), "%.6f", value);
    std::string out = text;
    out.erase(out.find_last_not_of('0') + 1);
    if (out.ends_with('.')) out.pop_back();
    return out == "-0" ? "0" : out;
}
std::string cell(bool value) { return value ? "true" : "false"; }
std::string cell(const Decimal& value) { return cell(value.to_double()); }
std::string cell(const std::string& value) {
    std::string out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}
std::string cell(const Date& value) {
    const std::chrono::year_month_day day{std::chrono::sys_days(value)};
    char text[40];
    std::snprintf(text, sizeof(text), "\"%04d-%02u-%02u\"", int(day.year()), unsigned(day.month()),
                  unsigned(day.day()));
    return text;
}
std::string cell(const Timestamp& value) {
    const auto day = std::chrono::floor<std::chrono::days>(value);
    const auto micros = (value - day).count();
    char text[40];
    std::snprintf(text, sizeof(text), "T%02d:%02d:%02d.%06d\"", int(micros / 3'600'000'000),
                  int(micros / 60'000'000 % 60), int(micros / 1'000'000 % 60), int(micros % 1'000'000));
    std::string out = cell(Date(day));
    out.pop_back();
    return out + text;
}

Comparison::Comparison(Place place, std::string family) : place_(place), family_(std::move(family)) {
    url_ = place == Place::sqlite     ? "sqlite:///" + folder_.file("shop.db").string()
           : place == Place::postgres ? postgres_url()
                                      : mariadb_url();
    db_.emplace(url_);
    async_.emplace(*db_);
    shop::fill(*db_);
    hook_.emplace(db_->on_query([this](const QueryEvent& event) {
        if (current_ != nullptr)
            current_->sql += (current_->sql.empty() ? "" : "; ") + std::string(event.sql);
    }));
}

void Comparison::begin(const std::string& name, bool ordered) {
    const auto [place, fresh] = ours_.try_emplace(name);
    EXPECT_TRUE(fresh) << family_ << ": two queries have the name " << name;
    current_ = &place->second;
    current_->ordered = ordered;
}

void Comparison::begin_again() {
    first_ = std::move(*current_);
    *current_ = {};
    current_->ordered = first_.ordered;
}

void Comparison::end_again(const std::string& name) {
    if (!first_.ordered) {
        std::ranges::sort(first_.rows);
        std::ranges::sort(current_->rows);
    }
    EXPECT_EQ(current_->rows, first_.rows) << family_ << ": " << name << " in a coroutine";
    EXPECT_EQ(current_->sql, first_.sql) << family_ << ": " << name << " in a coroutine";
}

void Comparison::caught() {
    try {
        throw;
    } catch (const UnsupportedByDialect&) {
        current_->rows = {"refused"};
    } catch (const std::exception& error) {
        current_->rows = {"error " + std::string(error.what())};
    }
}

std::map<std::string, Comparison::Outcome> Comparison::theirs() const {
    const std::string python = std::filesystem::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
    const auto script = std::filesystem::path(DUET_QUERIES_FOLDER) / "differential" / "compare.py";
    const std::string answers = folder_.file("answers").string();
    const std::string command =
        python + " -B '" + script.string() + "' " + family_ + " '" + url_ + "' > '" + answers + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    // Lines: "case <name>", then "sql <text>", then a line for each row.
    std::map<std::string, Outcome> out;
    Outcome* last = nullptr;
    std::ifstream lines(answers);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("case ")) {
            const auto [place, fresh] = out.try_emplace(line.substr(5));
            EXPECT_TRUE(fresh) << family_ << ".py: two queries have the name " << line.substr(5);
            last = &place->second;
        } else if (line.starts_with("sql ")) {
            last->sql = line.substr(4);
        } else {
            last->rows.push_back(line);
        }
    }
    return out;
}

void Comparison::finish() {
    current_ = nullptr;
    auto theirs = this->theirs();
    if (theirs.empty()) return;  // it has failed, and said why
    ::testing::Test::RecordProperty("queries", static_cast<int>(ours_.size()));
    for (auto& [name, mine] : ours_) {
        const auto found = theirs.find(name);
        if (found == theirs.end()) {
            ADD_FAILURE() << family_ << ".py has no query " << name;
            continue;
        }
        Outcome& other = found->second;
        if (!mine.ordered) {
            std::ranges::sort(mine.rows);
            std::ranges::sort(other.rows);
        }
        if (mine.rows == other.rows) continue;
        const auto [a, b] = std::ranges::mismatch(mine.rows, other.rows);
        ADD_FAILURE() << family_ << ": " << name << " yields " << mine.rows.size() << " rows, in SQLAlchemy "
                      << other.rows.size() << ". The first that differs is number " << a - mine.rows.begin()
                      << "\n  duet:       " << (a == mine.rows.end() ? "(none)" : *a)
                      << "\n  SQLAlchemy: " << (b == other.rows.end() ? "(none)" : *b)
                      << "\n  duet:       " << mine.sql << "\n  SQLAlchemy: " << other.sql;
    }
    for (const auto& entry : theirs)
        EXPECT_TRUE(ours_.contains(entry.first)) << family_ << "_test.cpp has no query " << entry.first;
}

std::string name_of(const ::testing::TestParamInfo<Place>& place) {
    return place.param == Place::sqlite ? "Sqlite" : place.param == Place::postgres ? "Postgres" : "MariaDb";
}

}  // namespace duet::test::differential
