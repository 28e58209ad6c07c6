#pragma once

/// What tests of programs that use duet need: throwaway servers. Link `duet::testing`.
#include <duet/testing/mariadb.hpp>
#include <duet/testing/pgbouncer.hpp>
#include <duet/testing/postgres.hpp>
