#pragma once

// Structs that go in and out: create and patch payloads, reading shapes, JSON, rules, schemas, files of rows.
#include <duet/duet.hpp>
#include <duet/payload/copy.hpp>
#include <duet/payload/export.hpp>
#include <duet/payload/handle.hpp>
#include <duet/payload/import.hpp>
#include <duet/payload/json.hpp>
#include <duet/payload/json_schema.hpp>
