#include <duet/base/error.hpp>
#include <duet/statement/subquery.hpp>

namespace duet::detail {

std::shared_ptr<const CommonTableData> make_common_table(std::string_view name, std::uint8_t flags,
                                                         const ModelInfo& model, const shape::QueryData& body,
                                                         int watched) {
    auto table = std::make_shared<CommonTableData>();
    table->name = name;
    table->flags = flags;
    table->model = &model;
    table->writes = (body.flags & shape::changes_rows) != 0;
    shape::nest(table->body, body, 0);
    if (watched >= 0) {
        table->flags |= shape::with_cycle;
        table->body.u8(static_cast<std::size_t>(watched));
    }
    return table;
}

shape::Fragment payload_of_common(std::string_view name) {
    shape::Fragment out;
    out.name(name);
    return out;
}

shape::Fragment payload_of_query(const shape::QueryData& statement) {
    shape::Fragment out;
    out.u8(0);
    shape::nest(out, statement, 0);
    return out;
}

shape::Fragment payload_of_values(std::size_t rows) {
    if (rows == 0) throw InvalidQuery("a list of values needs at least one row");
    if (rows > 0xffff) throw InvalidQuery("a list of values has at most 65535 rows");
    shape::Fragment out;
    out.u16(rows);
    return out;
}

}  // namespace duet::detail
