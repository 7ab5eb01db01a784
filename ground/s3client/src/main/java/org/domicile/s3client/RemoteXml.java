package org.domicile.s3client;

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
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * A document of the other side: elements by their names without namespaces. No entities, no
 * document types.
 *
 * @param text of an element without children
 */
public record RemoteXml(String name, String text, List<RemoteXml> children) {
    private static final int DEEPEST = 16;
    private static final int MOST = 100_000;

    /**
     * @throws RemoteFailure when it is no document
     */
    public static RemoteXml parse(byte[] document) throws RemoteFailure {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            // Decoded here: the JDK's scanner would print a line at every broken byte.
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(document))
                            .toString();
            return read(factory.createXMLStreamReader(new StringReader(text)));
        } catch (CharacterCodingException | XMLStreamException | RuntimeException e) {
            throw new RemoteFailure(200, "", "the answer is no XML: " + e.getMessage());
        }
    }

    private static RemoteXml read(XMLStreamReader reader) throws XMLStreamException {
        Deque<RemoteXml> open = new ArrayDeque<>();
        StringBuilder text = new StringBuilder();
        int count = 0;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (++count > MOST || open.size() == DEEPEST) {
                        throw new XMLStreamException("too large");
                    }
                    open.push(new RemoteXml(reader.getLocalName(), "", new ArrayList<>()));
                    text.setLength(0);
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
                        text.append(reader.getText());
                case XMLStreamConstants.END_ELEMENT -> {
                    RemoteXml begun = open.pop();
                    RemoteXml ended =
                            begun.children.isEmpty()
                                    ? new RemoteXml(begun.name, text.toString(), List.of())
                                    : begun;
                    text.setLength(0);
                    if (open.isEmpty()) {
                        return ended;
                    }
                    open.element().children.add(ended);
                }
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                        throw new XMLStreamException("a document type");
                default -> {}
            }
        }
        throw new XMLStreamException("nothing in it");
    }

    /** The first child of a name. */
    public Optional<RemoteXml> first(String wanted) {
        return children.stream().filter(each -> each.name.equals(wanted)).findFirst();
    }

    /** The text of the first child of a name; empty when there is none. */
    public String child(String wanted) {
        return first(wanted).map(RemoteXml::text).orElse("");
    }
}
