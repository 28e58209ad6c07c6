#pragma once

#include <string>
#include <vector>

#include "writing.hpp"

namespace duet::test::every_type {

template <class M>
std::vector<M> repeated(const std::vector<M>& rows, std::size_t least) {
    std::vector<M> out;
    while (out.size() < least) out.insert(out.end(), rows.begin(), rows.end());
    return out;
}

/// Writes the rows in every way but those of `without`, and reads each of the tables in every way but those.
template <class M, class Mode>
void write_and_read(BasicDatabase<Mode>& db, const std::vector<M>& rows, std::initializer_list<How> without) {
    if (rows.empty()) return;
    const auto is_out = [&](How how) {
        return std::find(without.begin(), without.end(), how) != without.end();
    };
    const Check<M> check(rows);
    const Check<M> check_many(repeated(rows, 50));
    const auto reading = ways_to_read<Mode, M>();
    const auto try_ways = [&](const auto& writing) {
        for (const auto& write : writing) {
            if (is_out(write.how)) continue;
            for (const bool many : {false, true}) {
                if (many && write.how != How::many) continue;
                const Check<M>& wanted = many ? check_many : check;
                SCOPED_TRACE(std::string("written by ") + write.name + (many ? ", many rows" : ""));
                try {
                    (void)got(db.template query<M>().delete_bulk(duet::all_rows));
                    write.go(db, wanted);
                } catch (const duet::Error& error) {
                    ADD_FAILURE() << error.what() << "\n" << error.sql();
                    continue;
                }
                for (const auto& read : reading) {
                    if (is_out(read.how) || (many && &read != reading.data())) continue;
                    SCOPED_TRACE(std::string("read by ") + read.name);
                    try {
                        read.go(db, wanted);
                    } catch (const duet::Error& error) {
                        ADD_FAILURE() << error.what() << "\n" << error.sql();
                    }
                }
            }
        }
    };
    try_ways(ways_to_write_objects<Mode, M>());
    try_ways(ways_to_write_in_sessions<Mode, M>());
    try_ways(ways_to_write_by_statements<Mode, M>());
    try_ways(ways_to_write_payloads<Mode, M>());
}

template <class B>
class EveryType : public DatabaseTest<B> {
protected:
    template <class M>
    void write_and_read_all() {
        did([&] { return this->db.create_all(duet::models<M>); });
        write_and_read<M>(this->db, About<M>::rows(), {});
        if constexpr (requires { About<M>::precise_rows(); })
            write_and_read<M>(this->db, About<M>::precise_rows(), {How::untyped});
        write_and_read<M>(this->db,
                          About<M>::special_rows({.infinity = !this->is_mariadb,
                                                  .far_dates = this->is_postgres,
                                                  .zero_bytes = !this->is_postgres,
                                                  .large_unsigned = this->is_mariadb}),
                          {How::json});
    }
};

}  // namespace duet::test::every_type
