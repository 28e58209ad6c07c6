#include <duet/testing/testing.hpp>

int main() {
    duet::testing::EphemeralPostgres server;
    return server.ask("SELECT 1 + 1") == "2" ? 0 : 1;
}
