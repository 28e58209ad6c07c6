#include "peer_poco.hpp"

#include <Poco/Data/PostgreSQL/Connector.h>

namespace bench {

std::unique_ptr<Contender> make_poco_postgres(const std::string& url) {
    Poco::Data::PostgreSQL::Connector::registerConnector();
    // postgresql:///database?host=folder&port=number&user=name
    std::string host = between(url, "host=", "&");
    for (std::size_t at = 0; (at = host.find("%2F", at)) != std::string::npos;) host.replace(at, 3, "/");
    return std::make_unique<PocoData>(
        Poco::Data::PostgreSQL::Connector::KEY, true,
        "host=" + host + " port=" + between(url, "port=", "&") + " user=duet dbname=duet");
}

}  // namespace bench
