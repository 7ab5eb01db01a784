package org.domicile.s3client;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
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
import org.jspecify.annotations.Nullable;

/**
 * A document of the other side: elements by their names without namespaces. No entities, no
 * document types.
 *
 * @param text of an element without children
 */
public record RemoteXml(String name, String text, List<RemoteXml> children) {
    private static final int DEEPEST = 16;

    /** Of a thousand versions, each with its owner and whatever else is said. */
    private static final int MOST = 32_000;

    /**
     * @throws RemoteFailure when it is no document
     */
    public static RemoteXml parse(byte[] document) throws RemoteFailure {
        return parse(new ByteArrayInputStream(document), document.length);
    }

    /**
     * From what comes, which is not held beside what is made of it.
     *
     * @param most bytes that it may have
     * @throws RemoteFailure when it is no document, or too long
     */
    static RemoteXml parse(InputStream in, int most) throws RemoteFailure {
        Bounded bounded = new Bounded(in, most);
        try {
            return parse(bounded);
        } catch (RemoteFailure e) {
            if (bounded.over) {
                throw tooLong(most);
            }
            if (bounded.broken != null) {
                throw new RemoteFailure(
                        0, "", "an answer broke off: " + bounded.broken.getMessage());
            }
            throw e;
        }
    }

    static RemoteFailure tooLong(int most) {
        return new RemoteFailure(200, "", "an answer has more than " + (most >> 10) + " KiB");
    }

    /** Remembers why it ended, which the parser turns into a sentence of its own. */
    private static final class Bounded extends FilterInputStream {
        private long left;
        private boolean over;
        private @Nullable IOException broken;

        Bounded(InputStream in, int most) {
            super(in);
            this.left = most;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count;
            try {
                count = super.read(target, offset, length);
            } catch (IOException e) {
                broken = e;
                throw e;
            }
            left -= Math.max(count, 0);
            if (left < 0) {
                over = true;
                throw new IOException("too long");
            }
            return count;
        }

        @Override
        public void close() {
            // Whoever opened it closes it.
        }
    }

    private static RemoteXml parse(Bounded document) throws RemoteFailure {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            // Decoded here: the JDK's scanner would print a line at every broken byte.
            Reader text =
                    new InputStreamReader(
                            document,
                            StandardCharsets.UTF_8
                                    .newDecoder()
                                    .onMalformedInput(CodingErrorAction.REPORT)
                                    .onUnmappableCharacter(CodingErrorAction.REPORT));
            RemoteXml read = read(factory.createXMLStreamReader(text));
            // So that the connection can be kept; what comes behind means nothing.
            document.transferTo(OutputStream.nullOutputStream());
            return read;
        } catch (IOException | XMLStreamException | RuntimeException e) {
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
