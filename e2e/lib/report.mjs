// A report of our own writing, as text and as a docx, to be dropped on pages.
import { crc32 } from "./crc.mjs";

export const paragraphs = [
  "示例区2023年科技工作总结",
  "一、主要成效",
  "全年技术合同成交额达到52.6亿元，同比增长18.5%，居全市第3位。有效期内高新技术企业达到286家，新认定高新技术企业近90家。",
  "举办科普活动46场，参与群众超过2万人次，开放科普基地增至12个。研发投入增长25机，服务企业约300家次。",
  "二、下一步打算",
  "力争2024年技术合同成交额达到60亿元以上，新增高新技术企业100家。",
];

export const text = paragraphs.join("\n") + "\n";

// The smallest docx: an archive of three stored parts.
export function docx() {
  const escape = (it) => it.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const body = paragraphs.map((it) => `<w:p><w:r><w:t xml:space="preserve">${escape(it)}</w:t></w:r></w:p>`).join("");
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  return archive({
    "[Content_Types].xml": `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    "_rels/.rels": `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
    "word/document.xml": `${head}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
  });
}

export function archive(parts) {
  const local = [];
  const central = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const title = Buffer.from(name);
    const bytes = Buffer.from(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(title.length, 22);
    local.push(Buffer.from("PK\x03\x04", "latin1"), fields, title, bytes);
    const more = Buffer.alloc(14);
    more.writeUInt32LE(offset, 10);
    central.push(Buffer.from("PK\x01\x02", "latin1"), Buffer.from([20, 0]), fields, more, title);
    offset += 30 + title.length + bytes.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  const count = Object.keys(parts).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
