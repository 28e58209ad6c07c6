#pragma once

#include <duet/model/column_types.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver/postgres/parameters.hpp"
#include "driver/postgres/reader.hpp"

namespace duet::testing_postgres {

/// Bytes written as hex digits, blanks between them ignored.
inline std::string bytes(std::string_view hex) {
    std::string out;
    int high = -1;
    for (const char c : hex) {
        if (c == ' ') continue;
        const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
        if (high < 0) {
            high = digit;
        } else {
            out += static_cast<char>(high * 16 + digit);
            high = -1;
        }
    }
    return out;
}

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};

/// A result of one row and one column, as the server would have sent it.
class OneCell {
public:
    OneCell(Oid type, std::optional<std::string_view> cell)
        : result_(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK)) {
        char name[] = "x";
        PGresAttDesc column{name, 0, 0, 1, type, -1, -1};
        PQsetResultAttrs(result_.get(), 1, &column);
        // libpq copies it.
        char* const data = cell ? const_cast<char*>(cell->data()) : nullptr;
        PQsetvalue(result_.get(), 0, 0, data, cell ? static_cast<int>(cell->size()) : -1);
        columns_.describe(result_.get());
    }

    template <class T>
    driver::Fault read(T& out) {
        driver::postgres::ResultReader reader(result_.get(), columns_);
        reader.set_row(0);
        return driver::decode_value(reader, reader.cell(0), detail::type_info<T>, &out);
    }
    std::string stored_type() {
        const driver::postgres::ResultReader reader(result_.get(), columns_);
        return std::string(reader.stored_type(reader.cell(0)));
    }

private:
    std::unique_ptr<PGresult, ClearResult> result_;
    driver::postgres::Columns columns_;
};

/// One value on its way to the server.
struct Sent {
    Oid type = 0;
    int format = 0;
    std::optional<std::string> bytes{};
};

inline Sent send(const driver::BindValue& value, Transform transform = Transform::none) {
    Plan plan;
    plan.binds = {{0, transform}};
    driver::postgres::Parameters parameters;
    parameters.encode(plan, {&value, 1});
    Sent out{parameters.types()[0], parameters.formats()[0]};
    if (const char* const data = parameters.data()[0]; data != nullptr) {
        out.bytes = out.format == 0 ? std::string(data)
                                    : std::string(data, static_cast<std::size_t>(parameters.lengths()[0]));
    }
    return out;
}

template <class T>
Sent send_value(const T& value) {
    return send({&detail::type_info<T>, &value});
}

}  // namespace duet::testing_postgres
