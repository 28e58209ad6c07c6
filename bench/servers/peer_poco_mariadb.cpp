#include <Poco/Data/MySQL/Connector.h>

#include "peer_poco.hpp"

namespace bench {

std::unique_ptr<Contender> make_poco_mariadb(const std::string& url) {
    Poco::Data::MySQL::Connector::registerConnector();
    const MariaDbPlace place = mariadb_place(url);
    return std::make_unique<PocoData>(Poco::Data::MySQL::Connector::KEY, false,
                                   "host=localhost;protocol=socket;socket=" + place.socket + ";user=" + place.user +
                                       ";password=" + place.password + ";db=" + place.database);
}

}  // namespace bench
