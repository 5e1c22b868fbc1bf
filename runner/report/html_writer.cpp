// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/html_writer.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>

#include <sstream>

namespace bootproof {

HtmlDocument::HtmlDocument() {
    document_.append_child("body");
}

HtmlNode HtmlDocument::body() const {
    return document_.first_child();
}

std::string HtmlDocument::serialise(std::string_view script) const {
    std::ostringstream text;
    // HTML knows "<p></p>", but not "<p/>"; and it keeps blanks.
    document_.save(
        text,
        "",
        pugi::format_raw | pugi::format_no_declaration | pugi::format_no_empty_element_tags,
        pugi::encoding_utf8);
    auto html = std::move(text).str();
    html.insert(html.rfind("</body>"), script);
    return html;
}

HtmlNode
add(HtmlNode parent, const char* element, std::string_view text, std::string_view css_class) {
    auto node = parent.append_child(element);
    if (!css_class.empty())
        set(node, "class", css_class);
    if (!text.empty())
        node.text() = printable(text).c_str();
    return node;
}

std::size_t html_size(std::string_view text) {
    auto size = text.size();
    for (const char c : text)
        if (c == '&')
            size += std::string_view("&amp;").size() - 1;
        else if (c == '<' || c == '>')
            size += std::string_view("&lt;").size() - 1;
    return size;
}

void set(HtmlNode node, const char* attribute, std::string_view value) {
    node.append_attribute(attribute) = printable_line(value).c_str();
}

void add_link(HtmlNode parent, std::string_view text, std::string_view anchor) {
    auto link = add(parent, "a", text);
    set(link, "href", fmt::format("#{}", anchor));
}

void add_badge(HtmlNode parent, Outcome outcome) {
    const auto word = to_string(outcome);
    add(parent, "span", word, fmt::format("badge {}", word));
}

void add_share(HtmlNode bar, std::string_view name, std::int64_t share) {
    auto part = add(bar, "span", "", name);
    set(part, "style", fmt::format("flex-grow:{}", share));
    set(part, "title", name);
}

std::string anchor_of(std::size_t index) {
    return fmt::format("run-{}", index + 1);
}

} // namespace bootproof
