#pragma once

// The unit of work: db.session(block), db.begin_session().
#include <duet/duet.hpp>
#include <duet/handle/session.hpp>
#include <duet/handle/session_block.hpp>
