#include <duet/base/error.hpp>

namespace duet {

struct Error::Facts {
    std::string message;
    std::string code;
    std::string sql;
    std::source_location where;
};

Error::Error(std::string message, std::source_location where)
    : facts_(std::make_shared<Facts>(Facts{std::move(message), {}, {}, where})) {}

const char* Error::what() const noexcept { return facts_->message.c_str(); }
std::string_view Error::code() const noexcept { return facts_->code; }
std::string_view Error::sql() const noexcept { return facts_->sql; }
std::source_location Error::where() const noexcept { return facts_->where; }

// A copy of an exception must not see facts attached to its twin later.
Error::Facts& Error::own() {
    if (facts_.use_count() > 1) facts_ = std::make_shared<Facts>(*facts_);
    return *facts_;
}

void Error::attach_code(std::string code) {
    if (facts_->code.empty()) own().code = std::move(code);
}

void Error::attach_sql(std::string_view sql) {
    if (facts_->sql.empty()) own().sql = sql;
}

void Error::attach_where(std::source_location where) {
    if (facts_->where.line() == 0) own().where = where;
}

namespace {

std::string sentence_of(const std::vector<Fault>& faults) {
    constexpr std::size_t most = 5;
    std::string text;
    for (std::size_t i = 0; i < faults.size() && i < most; ++i) {
        const Fault& fault = faults[i];
        if (i != 0) text += "; ";
        if (fault.line != 0) text += "line " + std::to_string(fault.line) + ": ";
        if (!fault.path.empty()) text += fault.path + ": ";
        text += fault.message;
    }
    if (faults.size() > most) text += "; and " + std::to_string(faults.size() - most) + " more";
    return text;
}

}  // namespace

ValidationError::ValidationError(std::vector<Fault> faults)
    : Error(sentence_of(faults)), faults_(std::make_shared<const std::vector<Fault>>(std::move(faults))) {}

const std::vector<Fault>& ValidationError::faults() const noexcept {
    static const std::vector<Fault> none;
    return faults_ ? *faults_ : none;
}

}  // namespace duet
