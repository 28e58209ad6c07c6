#include <duet/base/error.hpp>
#include <duet/driver/driver.hpp>

extern "C" bool duet_mariadb_driver_anchor() { return true; }
