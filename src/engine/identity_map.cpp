#include "identity_map.hpp"

#include <utility>

#include "column_snapshot.hpp"

namespace duet::engine {

void NumberTable::insert(std::uint64_t number, Tracked* value) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    for (std::size_t i = home(number);; i = (i + 1) & mask()) {
        Slot& slot = slots_[i];
        if (slot.value == nullptr) {
            slot = {number, value};
            ++size_;
            return;
        }
        if (slot.number == number) {
            slot.value = value;
            return;
        }
    }
}

// Whatever comes behind the hole and would have liked to lie in it, or before it, moves up.
void NumberTable::erase(std::uint64_t number) noexcept {
    if (slots_.empty()) return;
    std::size_t hole = home(number);
    while (slots_[hole].value != nullptr && slots_[hole].number != number) hole = (hole + 1) & mask();
    if (slots_[hole].value == nullptr) return;
    --size_;
    for (std::size_t i = (hole + 1) & mask(); slots_[i].value != nullptr; i = (i + 1) & mask()) {
        const std::size_t wanted = home(slots_[i].number);
        if (((i - wanted) & mask()) < ((i - hole) & mask())) continue;
        slots_[hole] = slots_[i];
        hole = i;
    }
    slots_[hole] = {};
}

void NumberTable::clear() noexcept {
    slots_ = {};
    size_ = 0;
    shift_ = 64;
}

void NumberTable::grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    shift_ = 64;
    for (std::size_t n = slots_.size(); n > 1; n /= 2) --shift_;
    size_ = 0;
    for (const Slot& slot : old) {
        if (slot.value != nullptr) insert(slot.number, slot.value);
    }
}

KeyTable::KeyTable(const ModelInfo& model)
    : model_(model),
      by_integer_(
          model.key.size() == 1 &&
          duet::detail::is_integer(model.columns[static_cast<std::size_t>(model.key[0])].type->kind)) {}

std::int64_t KeyTable::integer(const void* object) const noexcept {
    const ColumnInfo& key = model_.columns[static_cast<std::size_t>(model_.key[0])];
    return duet::detail::read_integer(key.type->kind, key.in(object));
}

Tracked* KeyTable::find(const void* object) const {
    if (by_integer_) return find(integer(object));
    std::string key;
    encode_key(model_, object, key);
    const auto found = texts_.find(key);
    return found == texts_.end() ? nullptr : found->second;
}

void KeyTable::insert(const void* object, Tracked* value) {
    if (by_integer_) return numbers_.insert(static_cast<std::uint64_t>(integer(object)), value);
    std::string key;
    encode_key(model_, object, key);
    texts_[std::move(key)] = value;
}

void KeyTable::erase(const void* object) {
    if (by_integer_) return numbers_.erase(static_cast<std::uint64_t>(integer(object)));
    std::string key;
    encode_key(model_, object, key);
    texts_.erase(key);
}

void KeyTable::clear() noexcept {
    numbers_.clear();
    texts_.clear();
}

}  // namespace duet::engine
