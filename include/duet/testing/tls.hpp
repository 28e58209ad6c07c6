#pragma once

#include <filesystem>

namespace duet::testing {

/// What the clients of a throwaway server that speaks TLS need: files in PEM, which only that server and this
/// process can trust. They are made anew for each server and go away with it; its own certificate is for
/// localhost and 127.0.0.1.
struct TlsFiles {
    /// The certificate of the authority that has signed all others.
    std::filesystem::path authority{};
    /// A client's certificate, whose common name is `duet`, and its key.
    std::filesystem::path certificate{};
    std::filesystem::path key{};
};

}  // namespace duet::testing
