#include <cstdio>

#include "workload.hpp"

// Prints the seed script, for the peers in other languages.
int main() {
    const std::string script = bench::seed_script(bench::Seed::users_and_posts);
    std::fwrite(script.data(), 1, script.size(), stdout);
}
