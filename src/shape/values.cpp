#include <duet/shape/fragment.hpp>

template class duet::detail::SmallBuffer<std::uint8_t, 80>;
template class duet::detail::SmallBuffer<duet::shape::Values::Entry, 6>;
template class duet::detail::SmallBuffer<std::byte, 96>;

namespace duet::shape {

void Values::add_text_list(const std::string_view* texts, std::size_t count) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) bytes += sizeof(std::uint64_t) + texts[i].size();
    const std::size_t start = (arena_.size() + 7) & ~std::size_t{7};
    arena_.resize(start + bytes);
    std::byte* out = arena_.data() + start;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t length = texts[i].size();
        std::memcpy(out, &length, sizeof length);
        if (length != 0) std::memcpy(out + sizeof length, texts[i].data(), length);
        out += sizeof length + length;
    }
    entries_.push(
        {&detail::text_value, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(count), true});
}

const std::byte* Values::next_text(const std::byte* at, std::string_view& out) noexcept {
    std::uint64_t length = 0;
    std::memcpy(&length, at, sizeof length);
    out = {reinterpret_cast<const char*>(at + sizeof length), length};
    return at + sizeof length + length;
}

void Values::append(const Values& other) {
    if (other.entries_.empty()) return;
    const std::size_t start = (arena_.size() + 7) & ~std::size_t{7};
    arena_.resize(start);
    arena_.append(other.arena_.data(), other.arena_.size());
    for (Entry entry : other.entries_) {
        if (entry.type != nullptr) entry.offset += static_cast<std::uint32_t>(start);
        entries_.push(entry);
    }
}

}  // namespace duet::shape
