#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

namespace bench {

inline double median(std::vector<double> values) {
    if (values.empty()) return NAN;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// The median of the ratios round by round: what slows a whole round down falls out of it.
inline double median_ratio(const std::vector<double>& ours, const std::vector<double>& base) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < ours.size(); ++round) ratios.push_back(ours[round] / base[round]);
    return median(std::move(ratios));
}

inline void print_verdict(double value, double target) {
    if (std::isnan(value)) {
        std::printf("-\n");
    } else if (value <= target) {
        std::printf("reached\n");
    } else {
        std::printf("missed by %.0f %%\n", (value / target - 1.0) * 100.0);
    }
    std::fflush(stdout);
}

}  // namespace bench
