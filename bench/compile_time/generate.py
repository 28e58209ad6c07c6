"""Units of generated models: what one more model costs, and what one more column costs."""

MODEL = """
struct {name} {{
    std::int64_t id{{}};
{members}
    static constexpr auto table = duet::table("{name}_rows", duet::index("{first}"));
}};

int use_{name}(duet::Database& db) {{
    {name} row = db.create({name}{{.{first} = {value}}});
    const auto found = db.get<{name}>(row.id);
    const auto rows = db.query<{name}>().where("{first}"_c >= {value} && "{second}"_c == "x").order_by("-{first}").limit(5).all();
    const auto changed = db.query<{name}>().where("id"_c == row.id).update_bulk("{first}"_c = {value});
    const auto removed = db.query<{name}>().where("{second}"_c.contains("x")).delete_bulk();
    return static_cast<int>(rows.size()) + static_cast<int>(changed) + static_cast<int>(removed) + (found ? 1 : 0);
}}
"""

# After the key, in turns; the names differ from model to model, as they do in a program.
TYPES = ["int", "std::string", "double", "std::optional<std::string>", "bool", "duet::Timestamp", "std::int64_t"]


def model(index, columns):
    name = f"Model{index}"
    members = [(TYPES[place % len(TYPES)], f"m{index}_c{place}") for place in range(columns - 1)]
    return MODEL.format(
        name=name,
        members="\n".join(f"    {kind} {member}{{}};" for kind, member in members),
        first=members[0][1],
        second=members[1][1],
        value=index,
    )


def main_of(count):
    calls = " + ".join(f"use_Model{index}(db)" for index in range(count))
    return f'\nint main() {{\n    duet::Database db{{"sqlite:///:memory:"}};\n    return {calls};\n}}\n'


HEAD = "#include <duet/duet.hpp>\n\nusing namespace duet::literals;\n"


def header_only():
    return "#include <duet/duet.hpp>\n\nint main() {}\n"


def columns(count):
    """One model with so many columns, and its five statements."""
    return HEAD + model(0, count) + main_of(1)


def further_models(unit, count):
    """The measured unit with so many more models of eight columns and their five statements each."""
    return unit + "".join(model(index, 8) for index in range(count))
