package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.domicile.keys.Opener;
import org.domicile.keys.SecondKey;
import org.domicile.objects.Body;
import org.domicile.objects.Bucket;
import org.domicile.objects.Objects;
import org.domicile.objects.Version;

/** Plain bytes of a version: its pieces one after the other, opened as they are read. */
final class PlainContent implements GuardedObjects.Content {
    private final List<Body> pieces;
    private final List<Long> sizes;
    private final byte[] contents;
    private final Opener opener;
    private final SecondKey second;

    private PlainContent(
            List<Body> pieces, List<Long> sizes, byte[] contents, Opener opener, SecondKey second) {
        this.pieces = pieces;
        this.sizes = sizes;
        this.contents = contents;
        this.opener = opener;
        this.second = second;
    }

    /** Holds every piece of a version readable; empty when the version went away meanwhile. */
    static Optional<List<Body>> hold(Objects objects, Bucket bucket, Version version) {
        List<Body> held = new ArrayList<>(version.pieces().size());
        for (int piece = 0; piece < version.pieces().size(); piece++) {
            Optional<Body> body = objects.open(bucket, version, piece);
            if (body.isEmpty()) {
                held.forEach(Body::close);
                return Optional.empty();
            }
            held.add(body.get());
        }
        return Optional.of(held);
    }

    static PlainContent of(
            List<Body> pieces, Version version, byte[] contents, Opener opener, SecondKey second) {
        return new PlainContent(
                pieces, ObjectUses.sizes(version.pieces()), contents, opener, second);
    }

    @Override
    public InputStream read(long offset, long length) throws IOException {
        List<InputStream> streams = new ArrayList<>();
        long start = 0;
        for (int piece = 0; piece < pieces.size(); piece++) {
            long end = start + sizes.get(piece);
            long from = Math.max(offset, start);
            long to = Math.min(offset + length, end);
            if (from < to) {
                streams.add(piece(piece, from - start, to - from));
            }
            start = end;
        }
        return streams.size() == 1
                ? streams.getFirst()
                : new SequenceInputStream(Collections.enumeration(streams));
    }

    /** A range of one piece; of an empty one it verifies that it is. */
    InputStream piece(int piece, long offset, long length) {
        int at = piece * AttributesCodec.CONTENT_ID;
        byte[] id = Arrays.copyOfRange(contents, at, at + AttributesCodec.CONTENT_ID);
        Body body = pieces.get(piece);
        return opener.body(
                id,
                second,
                new Opener.Sealed() {
                    @Override
                    public long length() {
                        return body.length();
                    }

                    @Override
                    public int read(ByteBuffer target, long position) {
                        return body.read(target, position);
                    }
                },
                offset,
                length);
    }

    @Override
    public void close() {
        pieces.forEach(Body::close);
    }
}
