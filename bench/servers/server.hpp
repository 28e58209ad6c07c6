#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "workload.hpp"

namespace bench {

/// A throwaway server with the tables of the workload in it, reached by a unix socket. It runs on the CPUs
/// that the calling thread may use: pin before.
class Server {
public:
    explicit Server(Product product);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    Product product() const noexcept { return product_; }
    std::string url() const;
    /// The first column of the last row as text.
    std::string ask(std::string_view sql);
    /// Takes the users away that a work has added, and what they leave behind in the tables; ends the program
    /// when there are not `expected` of them.
    void remove_new_users(std::size_t expected);

private:
    struct Impl;
    Product product_;
    std::unique_ptr<Impl> impl_;
};

/// "postgres" or "mariadb"; ends the program on anything else.
Product product_named(std::string_view name);

}  // namespace bench
