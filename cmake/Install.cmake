include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/duet)

set(targets duet_core duet)
set(DUET_DRIVERS "")
if(TARGET duet_sqlite)
    list(APPEND targets duet_sqlite)
    list(APPEND DUET_DRIVERS sqlite)
endif()
if(TARGET duet_testing)
    list(APPEND targets duet_testing)
    set(DUET_HAS_TESTING TRUE)
else()
    set(DUET_HAS_TESTING FALSE)
endif()

if(TARGET duet_postgres)
    list(APPEND targets duet_postgres)
    list(APPEND DUET_DRIVERS postgres)
endif()
if(TARGET duet_mariadb)
    list(APPEND targets duet_mariadb)
    list(APPEND DUET_DRIVERS mariadb)
    install(FILES cmake/FindMariaDbConnector.cmake DESTINATION ${package_dir})
endif()

install(TARGETS ${targets} EXPORT duetTargets FILE_SET HEADERS)
install(EXPORT duetTargets NAMESPACE duet:: DESTINATION ${package_dir})

configure_package_config_file(cmake/duetConfig.cmake.in ${PROJECT_BINARY_DIR}/duetConfig.cmake
    INSTALL_DESTINATION ${package_dir})
# Before 1.0 a new minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/duetConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/duetConfig.cmake ${PROJECT_BINARY_DIR}/duetConfigVersion.cmake
    DESTINATION ${package_dir})
install(FILES LICENSE TYPE DOC)
