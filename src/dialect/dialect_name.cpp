#include <duet/dialect/dialect_name.hpp>
#include <duet/dialect/mariadb.hpp>
#include <duet/dialect/postgres.hpp>
#include <duet/dialect/sqlite.hpp>

namespace duet {

const Dialect& dialect_of(DialectName name) {
    switch (name) {
        case DialectName::sqlite:
            break;
        case DialectName::postgresql:
            return postgres_dialect();
        case DialectName::mariadb:
            return mariadb_dialect();
        case DialectName::mysql:
            return mysql_dialect();
    }
    return sqlite_dialect();
}

}  // namespace duet
