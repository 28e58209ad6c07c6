#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "testing/file_descriptor.hpp"
#include "testing/system_user.hpp"

namespace duet::testing {

/// A new folder with a short path that goes away with the object. A small process of its own watches over it:
/// when this process dies without cleaning up, that one ends the server that runs inside and removes the
/// folder.
class ThrowawayFolder {
public:
    /// `parent` empty: the system's folder for temporary files, or /tmp where that one's path is too long for
    /// a socket. The folder belongs to `owner` where one is given.
    ThrowawayFolder(std::string_view name, const std::filesystem::path& parent,
                    const std::optional<SystemUser>& owner);
    ~ThrowawayFolder();
    ThrowawayFolder(const ThrowawayFolder&) = delete;
    ThrowawayFolder& operator=(const ThrowawayFolder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    /// Tells the watcher which process is to be ended first, in order; 0 for none.
    void set_server(long process) const;

private:
    std::filesystem::path path_;
    /// Its other end is the watcher's stdin; nothing is ever written to it, it only ends when we do.
    FileDescriptor alive_;
};

}  // namespace duet::testing
