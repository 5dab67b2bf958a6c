// Reads texts as other programs do: standard input is a JSON list of {judge, text}, standard output the list of
// {text, kinds}: what is seen, and what kinds of markup were found in it.
'use strict';

function discord(text) {
  const { parse } = require('discord-markdown-parser');
  const kinds = new Set();
  const read = (node) => {
    if (Array.isArray(node)) return node.map(read).join('');
    if (typeof node === 'string') return node;
    if (node.type !== 'text') kinds.add(node.type);
    switch (node.type) {
      case 'br': case 'newline': return '\n';
      case 'everyone': case 'here': return '@' + node.type;
      case 'user': case 'role': case 'channel': return '<' + node.type + ' ' + node.id + '>';
      case 'url': return read(node.content);
      case 'link': case 'autolink': return read(node.content) + ' ' + node.target;
      case 'twemoji': case 'emoji': return node.name;
      default: return node.content === undefined ? JSON.stringify(node) : read(node.content);
    }
  };
  return { text: read(parse(text, 'extended')), kinds: [...kinds].sort() };
}

function slack(text) {
  const { parse, NodeType } = require('slack-message-parser');
  const kinds = new Set();
  const read = (node) => {
    const kind = NodeType[node.type];
    if (kind !== 'Text' && kind !== 'Root') kinds.add(kind);
    switch (kind) {
      case 'Emoji': return node.source;
      case 'URL': return (node.label ? node.label.map(read).join('') + ' ' : '') + node.url;
      case 'UserLink': case 'ChannelLink': return '<' + kind + '>';
      case 'Command': return '<' + node.name + '>';
      default: return node.children ? node.children.map(read).join('') : node.text;
    }
  };
  const entities = (t) => t.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
  const seen = read((parse || require('slack-message-parser').default)(text));
  return { text: entities(seen), kinds: [...kinds].sort() };
}

function commonmark(text) {
  const { Parser } = require('commonmark');
  const kinds = new Set();
  let out = '';
  const walker = new Parser().parse(text).walker();
  for (let event; (event = walker.next()); ) {
    const node = event.node;
    if (!event.entering) {
      if (node.type === 'paragraph' || node.type === 'heading') out += '\n';
      if (node.type === 'link') out += ' ' + node.destination;
      continue;
    }
    if (!['document', 'paragraph', 'text', 'softbreak'].includes(node.type)) kinds.add(node.type);
    if (node.type === 'softbreak' || node.type === 'linebreak') out += '\n';
    else if (node.literal !== null) out += node.literal;
  }
  return { text: out, kinds: [...kinds].sort() };
}

// A card: what its own library finds wrong with it, and the kinds of its elements.
function card(text) {
  const { AdaptiveCard, SerializationContext, Version } = require('adaptivecards/dist/adaptivecards.js');
  const context = new SerializationContext(new Version(1, 5));
  const card = new AdaptiveCard();
  card.parse(JSON.parse(text), context);
  const events = [];
  for (let i = 0; i < context.eventCount; i++) events.push(context.getEventAt(i).message);
  for (const failure of card.validateProperties().validationEvents) events.push(failure.message);
  const kinds = new Set();
  const visit = (element) => {
    if (!element.getJsonTypeName) return; // What describes a table's column is no element.
    kinds.add(element.getJsonTypeName());
    for (let i = 0; element.getItemCount && i < element.getItemCount(); i++) visit(element.getItemAt(i));
    for (let i = 0; element.getColumnCount && element.getColumnAt && i < element.getColumnCount(); i++) visit(element.getColumnAt(i));
  };
  visit(card);
  return { text: events.join('\n'), kinds: [...kinds].sort() };
}

const judges = { discord, slack, commonmark, card };
const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(asked.map(({ judge, text }) => judges[judge](text))));
