#pragma once

/// The one place where the version is written; the build reads these three lines.
#define DUET_VERSION_MAJOR 0
#define DUET_VERSION_MINOR 1
#define DUET_VERSION_PATCH 0

/// For `#if`: `DUET_VERSION >= 100` is 0.1.0 and later.
#define DUET_VERSION (DUET_VERSION_MAJOR * 10000 + DUET_VERSION_MINOR * 100 + DUET_VERSION_PATCH)

namespace duet {

struct VersionNumber {
    int major;
    int minor;
    int patch;
};

/// The version of the headers that this translation unit was compiled with.
inline constexpr VersionNumber version{DUET_VERSION_MAJOR, DUET_VERSION_MINOR, DUET_VERSION_PATCH};

}  // namespace duet
