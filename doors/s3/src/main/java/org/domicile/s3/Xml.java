package org.domicile.s3;

import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * A small document that a client sent, read whole within limits: no document type, no entities but
 * XML's own five, nothing fetched. Namespaces are not looked at and unknown elements stay unread,
 * as S3 does. XML 1.0, but for what is not kept: texts of 1.1 may hold control characters, and
 * could be kept but not shown again.
 *
 * @param name local name
 * @param text its own text; empty when it has children
 * @param children in order
 */
record Xml(String name, String text, List<Xml> children) {
    private static final int DEEPEST = 16;
    private static final int MOST_ELEMENTS = 150_000;

    /**
     * @param root the local name that its root must have
     * @throws Failure MALFORMED_XML
     */
    static Xml parse(byte[] document, String root) {
        return parse(document, root, false);
    }

    /** The same for what is read and not kept, where XML 1.1 may name what 1.0 cannot. */
    static Xml parseUnkept(byte[] document, String root) {
        return parse(document, root, true);
    }

    private static Xml parse(byte[] document, String root, boolean oneOne) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, true);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("nothing is fetched");
        });
        try {
            XMLStreamReader reader =
                    factory.createXMLStreamReader(new StringReader(text(document)));
            try {
                if (!oneOne && "1.1".equals(reader.getVersion())) {
                    throw malformed();
                }
                Xml read = read(reader);
                if (!read.name().equals(root)) {
                    throw malformed();
                }
                return read;
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            throw malformed();
        } catch (RuntimeException e) {
            // The JDK's scanner throws unchecked exceptions at some broken documents.
            if (e instanceof Failure failure) {
                throw failure;
            }
            throw malformed();
        }
    }

    /**
     * UTF-8, as all clients of S3 send it, whatever the document says of itself. Not left to the
     * JDK's scanner: it would print a line at every broken byte.
     */
    private static String text(byte[] document) {
        try {
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(document))
                            .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw malformed();
        }
    }

    private static Xml read(XMLStreamReader reader) throws XMLStreamException {
        Deque<Xml> open = new ArrayDeque<>();
        Deque<StringBuilder> texts = new ArrayDeque<>();
        int elements = 0;
        Optional<Xml> root = Optional.empty();
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (++elements > MOST_ELEMENTS || open.size() == DEEPEST) {
                        throw malformed();
                    }
                    open.push(new Xml(reader.getLocalName(), "", new ArrayList<>(4)));
                    texts.push(new StringBuilder());
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (!texts.isEmpty()) {
                        texts.peek()
                                .append(
                                        reader.getTextCharacters(),
                                        reader.getTextStart(),
                                        reader.getTextLength());
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    Xml begun = open.pop();
                    String text = texts.pop().toString();
                    Xml ended =
                            new Xml(
                                    begun.name(),
                                    begun.children().isEmpty() ? text : "",
                                    begun.children());
                    if (open.isEmpty()) {
                        root = Optional.of(ended);
                    } else {
                        open.peek().children().add(ended);
                    }
                }
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                        throw malformed();
                default -> {}
            }
        }
        return root.orElseThrow(Xml::malformed);
    }

    /** The text of the first child of a name; empty when there is none. */
    String child(String wanted) {
        return first(wanted).map(Xml::text).orElse("");
    }

    Optional<Xml> first(String wanted) {
        for (Xml child : children) {
            if (child.name().equals(wanted)) {
                return Optional.of(child);
            }
        }
        return Optional.empty();
    }

    static Failure malformed() {
        return new Failure(
                ErrorCode.MALFORMED_XML,
                "The XML you provided was not well-formed or did not validate against our"
                        + " published schema.");
    }
}
