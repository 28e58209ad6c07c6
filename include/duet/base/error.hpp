#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace duet {

/// Root of everything duet throws.
///
/// Copying never throws: the parts are shared. `what()` is the sentence for a human; the accessors carry the
/// same facts for a program. The SQL text never holds values, because values never enter SQL text.
class Error : public std::exception {
public:
    explicit Error(std::string message, std::source_location where = {});

    const char* what() const noexcept override;

    /// The five-character SQLSTATE where the server gave one, else the engine's own code as text, else empty.
    std::string_view code() const noexcept;
    /// The statement that failed, with placeholders in place of values; empty when no statement was involved.
    std::string_view sql() const noexcept;
    /// The call in the user's code that led here. `line() == 0` when it is not known.
    std::source_location where() const noexcept;

    /// Fills in facts that a deeper layer did not have. Each keeps the first value that it was given.
    void attach_code(std::string code);
    void attach_sql(std::string_view sql);
    void attach_where(std::source_location where);

private:
    struct Facts;
    Facts& own();
    std::shared_ptr<Facts> facts_;
};

/// A URL, an option or a model declaration that cannot work.
class ConfigurationError : public Error {
public:
    using Error::Error;
};
/// Run-time query text, a value or a combination of clauses that makes no valid query. Nothing was sent.
class InvalidQuery : public Error {
public:
    using Error::Error;
};
/// A row that had to be there is not.
class NotFound : public Error {
public:
    using Error::Error;
};
/// `one()` or `one_or_none()` met a second row.
class MultipleFound : public Error {
public:
    using Error::Error;
};
/// A relation was read that nobody loaded.
class NotLoaded : public Error {
public:
    using Error::Error;
};
/// One thing that is wrong with a value from outside.
struct Fault {
    std::string path;      // a JSON pointer (RFC 6901): /items/2/price; empty: the whole
    std::string code;      // for programs: missing, unknown, type, too_long, ...
    std::string message;   // for people, without the path: "must have at most 80 characters"
    std::size_t line = 0;  // of a file with many records; 0: not from such a file

    friend bool operator==(const Fault&, const Fault&) = default;
};

/// A value that its type or column cannot hold (malformed text, out of range, not exact), or values that
/// break rules.
class ValidationError : public Error {
public:
    using Error::Error;
    /// what() tells of the first faults. There must be at least one.
    explicit ValidationError(std::vector<Fault> faults);

    /// All that was found wrong; empty where a single value was converted.
    const std::vector<Fault>& faults() const noexcept;

private:
    std::shared_ptr<const std::vector<Fault>> faults_;
};
/// The dialect has no such feature and it cannot be emulated faithfully. Nothing was sent.
class UnsupportedByDialect : public Error {
public:
    using Error::Error;
};
class MigrationError : public Error {
public:
    using Error::Error;
};

/// What the database (or the way to it) reported.
class DatabaseError : public Error {
public:
    using Error::Error;
};
class ConnectionError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};
/// No connection came free within the pool's timeout.
class PoolTimeout : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};
class SerializationFailure : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};
class Deadlock : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};
/// Optimistic locking: the row was changed by somebody else since it was read.
class StaleData : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};
/// A lock was not granted in time; on SQLite: the database stayed busy past the busy timeout.
class LockTimeout : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};
/// A deadline passed or somebody cancelled; the connection is usable again.
class QueryCanceled : public DatabaseError {
public:
    using DatabaseError::DatabaseError;
};

/// A constraint of the schema said no.
class IntegrityError : public DatabaseError {
public:
    using DatabaseError::DatabaseError;

    /// Name of the violated constraint; empty where the engine does not tell.
    const std::string& constraint() const noexcept { return constraint_; }
    /// Columns involved, without their table; empty where the engine does not tell.
    const std::vector<std::string>& columns() const noexcept { return columns_; }

    void set_constraint(std::string name) { constraint_ = std::move(name); }
    void set_columns(std::vector<std::string> columns) { columns_ = std::move(columns); }

private:
    std::string constraint_;
    std::vector<std::string> columns_;
};
class UniqueViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;
};
class ForeignKeyViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;
};
class NotNullViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;
};
class CheckViolation : public IntegrityError {
public:
    using IntegrityError::IntegrityError;
};

}  // namespace duet
