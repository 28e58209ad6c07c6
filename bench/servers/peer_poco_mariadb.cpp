#include <cstdlib>

#include <Poco/Data/MySQL/Connector.h>

#include "peer_poco.hpp"

namespace bench {

std::unique_ptr<Contender> make_poco_mariadb(const std::string& url) {
    const MariaDbPlace place = mariadb_place(url);
    ::setenv("MYSQL_UNIX_PORT", place.socket.c_str(), 1);  // POCO has no setting for it
    Poco::Data::MySQL::Connector::registerConnector();
    return std::make_unique<PocoData>(
        Poco::Data::MySQL::Connector::KEY, false,
        "host=localhost;user=" + place.user + ";password=" + place.password + ";db=" + place.database);
}

}  // namespace bench
