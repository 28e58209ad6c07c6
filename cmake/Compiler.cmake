# What every target of this project is compiled with; nothing of it reaches those who use the library.

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

if(DUET_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(DUET_CCACHE_PROGRAM ccache)
    mark_as_advanced(DUET_CCACHE_PROGRAM)
    if(DUET_CCACHE_PROGRAM)
        # Without this sloppiness ccache leaves everything alone that uses a precompiled header. The launcher is named
        # ccache because that is how tools that read compile_commands.json know it for a launcher.
        set(launcher ${PROJECT_BINARY_DIR}/launcher/ccache)
        file(WRITE ${launcher} "#!/bin/sh\nCCACHE_SLOPPINESS=pch_defines,time_macros exec ${DUET_CCACHE_PROGRAM} \"$@\"\n")
        file(CHMOD ${launcher} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE)
        set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
    endif()
endif()

if(DUET_SANITIZE)
    add_compile_options(-fsanitize=${DUET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${DUET_SANITIZE})
endif()
if(DUET_BUILD_FUZZERS)
    if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
        message(FATAL_ERROR "DUET_BUILD_FUZZERS needs Clang: libFuzzer is a part of it")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

function(duet_compile_options target)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Wconversion -Wshadow
        $<$<BOOL:${DUET_WARNINGS_AS_ERRORS}>:-Werror>)
endfunction()

# A library of this project: duet_library(<name> [STATIC] <sources>) makes target duet_<name>, for users duet::<name>.
function(duet_library name)
    set(target duet_${name})
    add_library(${target} ${ARGN})
    add_library(duet::${name} ALIAS ${target})
    duet_compile_options(${target})
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    set_target_properties(${target} PROPERTIES
        EXPORT_NAME ${name}
        POSITION_INDEPENDENT_CODE ON
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endfunction()
