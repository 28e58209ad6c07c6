// Runs a fuzz target without libFuzzer: over every file of the corpus folder, then over mutations of them.
//     fuzz_x [corpus [mutations [seed]]]       fuzz_x one_file

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;
namespace fs = std::filesystem;

Bytes read(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return Bytes{std::istreambuf_iterator<char>{file}, {}};
}

std::vector<Bytes> seeds_of(const fs::path& corpus) {
    std::vector<fs::path> paths;
    if (fs::is_regular_file(corpus)) paths.push_back(corpus);
    if (fs::is_directory(corpus)) {
        for (const auto& entry : fs::directory_iterator{corpus}) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<Bytes> seeds{Bytes{}};
    for (const auto& path : paths) seeds.push_back(read(path));
    return seeds;
}

class Mutator {
public:
    explicit Mutator(std::uint32_t seed) : random_{seed} {}

    Bytes operator()(const std::vector<Bytes>& seeds) {
        Bytes input = pick_from(seeds);
        for (std::size_t step = 1 + below(4); step > 0; --step) mutate(input, pick_from(seeds));
        if (input.size() > 4096) input.resize(4096);
        return input;
    }

private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
    const Bytes& pick_from(const std::vector<Bytes>& seeds) { return seeds[below(seeds.size())]; }
    auto at(Bytes& input, std::size_t offset) { return input.begin() + static_cast<std::ptrdiff_t>(offset); }
    std::uint8_t any_byte() {
        // Half of them from what texts are made of: quotes, signs, a NUL, a broken UTF-8 sequence.
        static constexpr char likely[] = "'\"\\%_;-:/@?&=#.,()[]{} \n\0\xc3\xff$1aZ";
        return static_cast<std::uint8_t>(
            below(2) == 0 ? static_cast<std::size_t>(likely[below(sizeof likely)]) : below(256));
    }

    void mutate(Bytes& input, const Bytes& other) {
        const std::size_t offset = below(input.size() + 1);
        switch (below(5)) {
            case 0:
                input.insert(at(input, offset), any_byte());
                break;
            case 1:
                if (offset < input.size()) input[offset] = any_byte();
                break;
            case 2:
                input.erase(at(input, offset), at(input, offset + below(input.size() - offset + 1)));
                break;
            case 3:
                input.insert(at(input, offset), other.begin(), other.end());
                break;
            default: {
                const Bytes piece{at(input, offset), at(input, offset + below(input.size() - offset + 1))};
                input.insert(at(input, below(input.size() + 1)), piece.begin(), piece.end());
            }
        }
    }

    std::mt19937 random_;
};

// What ran when the program died is what one wants to run again.
Bytes current;
void run(Bytes input) {
    current = std::move(input);
    LLVMFuzzerTestOneInput(current.data(), current.size());
}
[[noreturn]] void keep_current_and_die() {
    std::ofstream{"crash-input", std::ios::binary}.write(reinterpret_cast<const char*>(current.data()),
                                                         static_cast<std::streamsize>(current.size()));
    std::fputs("the input is in ./crash-input\n", stderr);
    std::abort();
}

}  // namespace

int main(int argc, char** argv) {
    std::set_terminate(keep_current_and_die);
    const auto seeds = seeds_of(argc > 1 ? argv[1] : "");
    const unsigned long mutations = argc > 2 ? std::stoul(argv[2]) : 20'000;
    Mutator mutated{argc > 3 ? static_cast<std::uint32_t>(std::stoul(argv[3])) : 1U};

    for (const auto& seed : seeds) run(seed);
    for (unsigned long i = 0; i < mutations; ++i) run(mutated(seeds));
    std::printf("%zu seeds, %lu mutations\n", seeds.size(), mutations);
}
