#pragma once

#include <duet/async/compiler.hpp>
#include <duet/async/task.hpp>
#include <duet/base/error.hpp>
#include <duet/payload/copy.hpp>
#include <duet/payload/rows.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace duet {

namespace payload {

[[noreturn]] void throw_sink_failed();

/// Rows as they are, rather than another struct made of them.
struct SameRow {};

template <class S>
concept OutputStream = requires(S& stream, const char* text) {
    stream.write(text, 1);
    { stream.fail() } -> std::same_as<bool>;
};
template <class S>
concept AnySink = OutputStream<S> || std::is_invocable_v<S&, std::string_view>;

template <class S>
void write_to(void* sink, std::string_view part) {
    S& to = *static_cast<S*>(sink);
    if constexpr (OutputStream<S>) {
        to.write(part.data(), static_cast<std::ptrdiff_t>(part.size()));
        if (to.fail()) throw_sink_failed();
    } else {
        to(part);
    }
}

template <class T>
struct RowShape {
    static const Shape& shape() { return shape_of<T>(); }
    static const Type* type() { return &type_of<T>(); }
};
/// Rows without names: single values and tuples.
inline constexpr std::string_view row_names[] = {"1", "2", "3", "4",  "5",  "6",
                                                 "7", "8", "9", "10", "11", "12"};

template <class T>
requires(!is_struct<T>) struct RowShape<T> {
    static constexpr Field field{row_names[0], &type_of<T>(), 0};
    static const Shape& shape() {
        static constexpr Shape made{"row", {&field, 1}, {}, {}};
        return made;
    }
    static const Type* type() { return nullptr; }
};
template <class... T>
struct RowShape<std::tuple<T...>> {
    static_assert(sizeof...(T) <= std::size(row_names), "duet: a row has at most 12 values");
    template <std::size_t... I>
    static auto make_fields(std::index_sequence<I...> /*elements*/) {
        static const std::tuple<T...> sample{};
        const auto offset = [](const void* element) {
            return static_cast<std::uint32_t>(static_cast<const std::byte*>(element) -
                                              reinterpret_cast<const std::byte*>(&sample));
        };
        return std::array<Field, sizeof...(T)>{
            Field{row_names[I], &type_of<T>(), offset(&std::get<I>(sample))}...};
    }
    static const Shape& shape() {
        static const auto fields = make_fields(std::index_sequence_for<T...>{});
        static const Shape made{"row", fields, {}, {}};
        return made;
    }
    static const Type* type() { return nullptr; }
};

template <class Read, class Row>
using written_row = std::conditional_t<std::is_same_v<Read, SameRow>, Row, Read>;

template <class Read, class Row>
void write_row(RowWriter& writer, const Row& row, const Sink& sink) {
    if constexpr (std::is_same_v<Read, SameRow>) {
        writer.row(&row, sink);
    } else {
        const Read read = to<Read>(row);
        writer.row(&read, sink);
    }
}

template <class Rows>
concept AsyncRows = requires(Rows& rows) {
    typename std::remove_cvref_t<decltype(rows.next())>::promise_type;
};

template <class Read, class Rows, class S>
Task<std::size_t> write_async(Rows rows, RowWriter writer, S sink) {
    const Sink to{const_cast<void*>(static_cast<const void*>(&sink)), &write_to<std::remove_reference_t<S>>};
    for (bool more = true; more;) {
        const auto row = co_await rows.next();
        more = row.has_value();
        if (more) write_row<Read>(writer, *row, to);
    }
    writer.finish(to);
    co_return writer.count();
}

template <class Read, class Q, class S>
auto write_rows(const Q& query, S&& sink, RowFormat format, const CsvOptions& options) {
    auto rows = query.iterate();
    if constexpr (AsyncRows<decltype(rows)>) {
        static_assert(
            detail::safe_in_co_await<S>,
            "duet: GCC 12 breaks lambdas that own captures in co_await: name the sink first, or capture "
            "by reference");
        using Row = typename std::remove_cvref_t<decltype(rows.next())>::value_type::value_type;
        using Out = written_row<Read, Row>;
        RowWriter writer(RowShape<Out>::shape(), RowShape<Out>::type(), format, options);
        return write_async<Read, decltype(rows), S>(std::move(rows), std::move(writer),
                                                    std::forward<S>(sink));
    } else {
        using Row = std::remove_cvref_t<decltype(*rows.begin())>;
        using Out = written_row<Read, Row>;
        RowWriter writer(RowShape<Out>::shape(), RowShape<Out>::type(), format, options);
        const Sink to{const_cast<void*>(static_cast<const void*>(&sink)),
                      &write_to<std::remove_reference_t<S>>};
        for (const auto& row : rows) write_row<Read>(writer, row, to);
        writer.finish(to);
        return writer.count();
    }
}

template <class Q>
concept Streams = requires(const Q& query) {
    query.iterate();
};

}  // namespace payload

/// Writes all rows of a query (or of anything with `iterate()`) as lines of JSON, one object each, and
/// returns their number. `sink` is a std::ostream or takes parts of the text as `sink(std::string_view)`;
/// memory stays flat. With `Read` each row is turned into that struct first:
/// `write_json_lines<UserRead>(query, out)`.
///
/// In async code it returns a Task: query and stream must stay until it has ended, and the sink must not
/// block. What the sink throws comes out of here; a stream that fails throws duet::Error.
template <class Read = payload::SameRow, payload::Streams Q, class S>
requires payload::AnySink<std::remove_reference_t<S>>
auto write_json_lines(const Q& query, S&& sink) {
    return payload::write_rows<Read, Q, S>(query, std::forward<S>(sink), payload::RowFormat::json_lines, {});
}

/// The same as CSV: a header with the names of the fields, then one record for each row. NULL is an empty
/// cell, an empty text a quoted one; lists, JSON and structs are written as JSON.
///
/// Texts that begin with `=`, `+`, `-` or `@` are written as they are. Spreadsheets take these for formulas:
/// who opens such files there has to see to it.
template <class Read = payload::SameRow, payload::Streams Q, class S>
requires payload::AnySink<std::remove_reference_t<S>>
auto write_csv(const Q& query, S&& sink, const CsvOptions& options = {}) {
    return payload::write_rows<Read, Q, S>(query, std::forward<S>(sink), payload::RowFormat::csv, options);
}

}  // namespace duet
