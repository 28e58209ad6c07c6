#pragma once

#include <memory>

#include <sqlite3.h>

namespace duet::driver::sqlite {

struct CloseHandle {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
};
using Handle = std::unique_ptr<sqlite3, CloseHandle>;

struct FinalizeHandle {
    void operator()(sqlite3_stmt* stmt) const noexcept { sqlite3_finalize(stmt); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeHandle>;

}  // namespace duet::driver::sqlite
