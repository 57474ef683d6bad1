"""PostgreSQL and Valkey as child processes, and the supervisor that keeps an instance running.

For one machine: development, tests and small sites. A larger site gives addresses of its own
servers instead and runs the processes under its own service manager. Linux (glibc) and macOS.
"""
