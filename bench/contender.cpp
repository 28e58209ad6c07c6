#include "contender.hpp"

namespace bench {

const std::vector<Entrant>& entrants() {
    static const std::vector<Entrant> all{
        {"raw usual", make_raw_usual}, {"raw best", make_raw_best},
#ifdef BENCH_WITH_DUET
        {"duet", make_duet},
#endif
#ifdef BENCH_WITH_SQLITECPP
        {"SQLiteCpp", make_sqlitecpp},
#endif
#ifdef BENCH_WITH_SOCI
        {"SOCI prepared", make_soci},  {"SOCI one-shot", make_soci_one_shot},
#endif
    };
    return all;
}

std::optional<std::uint64_t> perform(Contender& contender, Work work, std::size_t operations,
                                     Stopwatch& watch) {
    switch (work) {
        case Work::w1:
            return contender.point_selects(operations, watch);
        case Work::w2:
            return contender.scan(watch);
        case Work::w3:
            return contender.single_inserts(operations, watch);
        case Work::w4:
            return contender.bulk_insert(operations, watch);
        case Work::w4_with_keys:
            return contender.bulk_insert_with_keys(operations, watch);
        case Work::w5:
            return contender.parents_with_children(watch);
        case Work::w6:
            return contender.updates(operations, Commit::never, watch);
        case Work::w6_committed:
            return contender.updates(operations, Commit::each, watch);
    }
    return std::nullopt;
}

}  // namespace bench
