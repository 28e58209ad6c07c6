#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace duet::testing {

/// Where a server's program is: on PATH, or in /usr/sbin and its like, which a user's PATH may lack, or else
/// in the first of `folders` that has it. Throws ConfigurationError naming the Debian package that brings it.
std::filesystem::path find_program(std::string_view name, const std::vector<std::filesystem::path>& folders,
                                   std::string_view package);

/// The bin folders of all PostgreSQL versions that Debian has installed, the newest first.
std::vector<std::filesystem::path> postgres_folders();

}  // namespace duet::testing
