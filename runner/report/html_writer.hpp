// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "verdict/verdict.hpp"

#include <pugixml.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bootproof {

using HtmlNode = pugi::xml_node;

/// The body of a page as a tree, so that text can never become an element.
class HtmlDocument {
public:
    HtmlDocument();

    [[nodiscard]] HtmlNode body() const;

    /// With 'script', which is taken as it is, before the end of the body.
    [[nodiscard]] std::string serialise(std::string_view script) const;

private:
    pugi::xml_document document_;
};

/// Appends an element; the text is made printable, and the class left out where it is empty. No
/// element of HTML that has no end tag, such as img.
HtmlNode
add(HtmlNode parent,
    const char* element,
    std::string_view text = {},
    std::string_view css_class = {});

/// How many bytes the text takes in the page.
std::size_t html_size(std::string_view text);

void set(HtmlNode node, const char* attribute, std::string_view value);

/// To an element of the same page.
void add_link(HtmlNode parent, std::string_view text, std::string_view anchor);

/// The outcome as a coloured word.
void add_badge(HtmlNode parent, Outcome outcome);

/// A part of a bar that is as wide as its share, with its name as class and title.
void add_share(HtmlNode bar, std::string_view name, std::int64_t share);

/// The id of the run of that index.
std::string anchor_of(std::size_t index);

} // namespace bootproof
