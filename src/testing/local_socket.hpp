#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "testing/file_descriptor.hpp"

namespace duet::testing {

/// A client's end of a unix socket. Everything throws ConnectionError.
class LocalSocket {
public:
    /// `timeout` holds for each read and write.
    LocalSocket(const std::filesystem::path& path, std::chrono::milliseconds timeout);

    void send(std::string_view bytes) const;
    /// Exactly this many bytes.
    std::string receive(std::size_t count) const;

private:
    FileDescriptor socket_;
};

}  // namespace duet::testing
