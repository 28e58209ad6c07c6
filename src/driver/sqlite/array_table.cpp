#include "array_table.hpp"

#include <duet/driver/encode.hpp>
#include <duet/shape/values.hpp>

#include <cstddef>
#include <new>

#include "bind.hpp"
#include "error.hpp"

namespace duet::driver::sqlite {
namespace {

enum Column { value_column, list_column };

struct Table : sqlite3_vtab {
    std::exception_ptr* failure;
};

struct Cursor : sqlite3_vtab_cursor {
    const BindValue* list;
    bool all_texts;  // moments: every other row is the shortest text of the one before
    std::size_t index;
    const std::byte* next;  // packed texts: behind the current one
    std::string_view text;  // packed texts: the current one

    bool packed() const { return list->type->kind == Kind::text_view || list->type->kind == Kind::blob_view; }
    bool at_end() const { return list == nullptr || element() >= list->size; }
    std::size_t element() const { return all_texts ? index / 2 : index; }
    void load() {
        if (!at_end() && packed()) next = shape::Values::next_text(next, text);
    }
};

// Gives one element to SQLite (see encode_value).
class ResultWriter : public TextForms<ResultWriter> {
public:
    explicit ResultWriter(sqlite3_context* context) : context_(context) {}

    bool shortest = false;

    void timestamp(Timestamp value) {
        char text[duet::detail::timestamp_text_size];
        moment({text, duet::detail::write_timestamp(text, value)});
    }
    void time(Time value) {
        char text[duet::detail::time_text_size];
        moment({text, duet::detail::write_time(text, value)});
    }
    void null() { sqlite3_result_null(context_); }
    void boolean(bool value) { sqlite3_result_int(context_, value ? 1 : 0); }
    void integer(std::int64_t value) { sqlite3_result_int64(context_, value); }
    void floating(double value) {
        if (value != value) throw_nan();
        sqlite3_result_double(context_, value);
    }
    void text(std::string_view value) {
        require_utf8(value);
        give_text(value, transient ? SQLITE_TRANSIENT : SQLITE_STATIC);
    }
    void copied_text(std::string_view value) { give_text(value, SQLITE_TRANSIENT); }
    void blob(std::string_view value) {
        sqlite3_result_blob64(context_, value.empty() ? "" : value.data(), value.size(),
                              transient ? SQLITE_TRANSIENT : SQLITE_STATIC);
    }
    void decimal(const Decimal& value) {
        char text[Decimal::max_text_size];
        copied_text(numeric_text(value, text));
    }
    void json(const Json& value) { text(value.text()); }
    void array(const TypeInfo& type, const void* array) {
        std::string text;
        append_array(text, type, array);
        copied_text(text);
    }

private:
    void moment(std::string_view text) {
        copied_text(shortest ? text.substr(0, shortest_moment(text)) : text);
    }
    void give_text(std::string_view value, sqlite3_destructor_type lifetime) {
        sqlite3_result_text64(context_, value.empty() ? "" : value.data(), value.size(), lifetime,
                              SQLITE_UTF8);
    }

    sqlite3_context* context_;
};

int connect(sqlite3* db, void* failure, int, const char* const*, sqlite3_vtab** out, char**) {
    if (const int code = sqlite3_declare_vtab(db, "CREATE TABLE duet_array(value, list HIDDEN)");
        code != SQLITE_OK) {
        return code;
    }
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    auto* table = new (std::nothrow) Table{};
    if (table == nullptr) return SQLITE_NOMEM;
    table->failure = static_cast<std::exception_ptr*>(failure);
    *out = table;
    return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
    delete static_cast<Table*>(table);
    return SQLITE_OK;
}

int best_index(sqlite3_vtab*, sqlite3_index_info* info) {
    // Lists are short next to tables: whatever else the query does should be built around them.
    constexpr double rows = 25;
    for (int i = 0; i < info->nConstraint; ++i) {
        const auto& constraint = info->aConstraint[i];
        if (constraint.iColumn != list_column || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
        if (constraint.usable == 0) return SQLITE_CONSTRAINT;
        info->aConstraintUsage[i].argvIndex = 1;
        info->aConstraintUsage[i].omit = 1;
        info->idxNum = 1;
        info->estimatedCost = rows;
        info->estimatedRows = static_cast<sqlite3_int64>(rows);
        return SQLITE_OK;
    }
    info->idxNum = 0;  // without an argument there are no rows
    info->estimatedCost = 1;
    info->estimatedRows = 1;
    return SQLITE_OK;
}

int open(sqlite3_vtab*, sqlite3_vtab_cursor** out) {
    auto* cursor = new (std::nothrow) Cursor{};
    if (cursor == nullptr) return SQLITE_NOMEM;
    *out = cursor;
    return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) {
    delete static_cast<Cursor*>(cursor);
    return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* base, int index, const char*, int, sqlite3_value** arguments) {
    auto& cursor = *static_cast<Cursor*>(base);
    const auto* bound =
        index == 1 ? static_cast<const BoundList*>(sqlite3_value_pointer(arguments[0], list_pointer_type))
                   : nullptr;
    cursor.list = bound == nullptr ? nullptr : &bound->values;
    cursor.all_texts = bound != nullptr && bound->all_texts;
    cursor.index = 0;
    if (cursor.list != nullptr) cursor.next = static_cast<const std::byte*>(cursor.list->data);
    cursor.load();
    return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* base) {
    auto& cursor = *static_cast<Cursor*>(base);
    ++cursor.index;
    cursor.load();
    return SQLITE_OK;
}

int eof(sqlite3_vtab_cursor* base) { return static_cast<Cursor*>(base)->at_end() ? 1 : 0; }

int column(sqlite3_vtab_cursor* base, sqlite3_context* context, int which) {
    if (which != value_column) return SQLITE_OK;
    const auto& cursor = *static_cast<Cursor*>(base);
    const TypeInfo& type = *cursor.list->type;
    try {
        ResultWriter writer(context);
        writer.shortest = cursor.all_texts && cursor.index % 2 == 1;
        if (type.kind == Kind::text_view) {
            writer.text(cursor.text);
        } else if (type.kind == Kind::blob_view) {
            writer.blob(cursor.text);
        } else {
            encode_value(writer, type,
                         static_cast<const std::byte*>(cursor.list->data) + cursor.element() * type.size);
        }
    } catch (...) {
        *static_cast<Table*>(cursor.pVtab)->failure = std::current_exception();
        return SQLITE_ABORT;
    }
    return SQLITE_OK;
}

int row_id(sqlite3_vtab_cursor* base, sqlite3_int64* out) {
    *out = static_cast<sqlite3_int64>(static_cast<Cursor*>(base)->index);
    return SQLITE_OK;
}

// Without xCreate the table exists by its name alone, in every database.
constexpr sqlite3_module make_module() {
    sqlite3_module module{};
    module.xConnect = connect;
    module.xDisconnect = disconnect;
    module.xBestIndex = best_index;
    module.xOpen = open;
    module.xClose = close;
    module.xFilter = filter;
    module.xNext = next;
    module.xEof = eof;
    module.xColumn = column;
    module.xRowid = row_id;
    return module;
}
constexpr sqlite3_module array_module = make_module();

}  // namespace

void register_array_table(sqlite3* db, std::exception_ptr& failure) {
    if (const int code = sqlite3_create_module(db, "duet_array", &array_module, &failure);
        code != SQLITE_OK) {
        throw_error(db, code, {});
    }
}

}  // namespace duet::driver::sqlite
