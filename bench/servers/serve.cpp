#include <cstdio>

#include "pin.hpp"
#include "server.hpp"

// A seeded server for programs that are measured in processes of their own: prints its URL and lives until
// its input ends. usage: duet_serve postgres|mariadb
int main(int count, char** arguments) {
    const bench::Product product = bench::product_named(count > 1 ? arguments[1] : "");
    bench::pin_to_first_cpu();
    const bench::Server server{product};
    std::printf("%s\n", server.url().c_str());
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
}
