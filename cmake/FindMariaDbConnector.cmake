# Finds MariaDB Connector/C: MariaDbConnector_FOUND and the target MariaDbConnector::MariaDbConnector.

include(FindPackageHandleStandardArgs)

find_path(MariaDbConnector_INCLUDE_DIR mysql.h PATH_SUFFIXES mariadb)
find_library(MariaDbConnector_LIBRARY NAMES mariadb)
mark_as_advanced(MariaDbConnector_INCLUDE_DIR MariaDbConnector_LIBRARY)
find_package_handle_standard_args(MariaDbConnector
    REQUIRED_VARS MariaDbConnector_LIBRARY MariaDbConnector_INCLUDE_DIR)

if(MariaDbConnector_FOUND AND NOT TARGET MariaDbConnector::MariaDbConnector)
    add_library(MariaDbConnector::MariaDbConnector UNKNOWN IMPORTED)
    set_target_properties(MariaDbConnector::MariaDbConnector PROPERTIES
        IMPORTED_LOCATION "${MariaDbConnector_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${MariaDbConnector_INCLUDE_DIR}")
endif()
