#pragma once

#include "integration/session_models.hpp"

namespace duet::test {

/// A database with the tables of `models`, and sessions on it.
template <class B, const auto& models>
class SessionTest : public DatabaseTest<B> {
protected:
    void SetUp() override { plain_db().create_all(models); }
    Database plain_db() { return Database(this->db); }
    template <class F>
    void in_session(F body) {
        in_session_of(this->db, std::move(body));
    }
};

}  // namespace duet::test
