# cmake -D PROGRAM=... -D RUN_DIR=... -P RunInEmptyDir.cmake: a program that leaves files behind starts from none.
file(REMOVE_RECURSE ${RUN_DIR})
file(MAKE_DIRECTORY ${RUN_DIR})
execute_process(COMMAND ${PROGRAM} WORKING_DIRECTORY ${RUN_DIR} COMMAND_ERROR_IS_FATAL ANY)
