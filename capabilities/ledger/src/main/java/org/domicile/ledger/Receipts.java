package org.domicile.ledger;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes receipts: the operator's promise that an entry is on record, for whoever asked. A signature
 * costs more than a record does, so all who wait while one is made share the next. The form is
 * specified by the verifier, which checks it.
 *
 * <p>Safe for concurrent use.
 */
final class Receipts {
    private static final String NAME = "/receipts";

    private final Signer signer;
    private final String name;
    private final ReentrantLock signing = new ReentrantLock();
    // guarded by itself
    private final List<Asked> waiting = new ArrayList<>();

    /** What somebody waits for; {@code receipt} is guarded by the lock. */
    private static final class Asked {
        final String head;
        @Nullable String receipt;

        Asked(String head) {
            this.head = head;
        }
    }

    /**
     * @param beginning of the installation's origins
     */
    Receipts(Signer signer, String beginning) {
        this.signer = signer;
        this.name = beginning + NAME;
    }

    /** A receipt for an entry that is durable. */
    String receipt(String origin, long number, String minute, byte[] entry) {
        Asked mine =
                new Asked(
                        "domicile-receipt@v1\nlog %s\nnumber %d\nminute %s\nleaf %s\n"
                                .formatted(
                                        origin,
                                        number,
                                        minute,
                                        Signer.base64(new Merkle().leaf(entry))));
        synchronized (waiting) {
            waiting.add(mine);
        }
        signing.lock();
        try {
            if (mine.receipt == null) {
                sign();
            }
            if (mine.receipt == null) {
                throw new IllegalStateException("whoever waits is signed for");
            }
            return mine.receipt;
        } finally {
            signing.unlock();
        }
    }

    /** One signature for all who wait. */
    private void sign() {
        List<Asked> group;
        synchronized (waiting) {
            group = List.copyOf(waiting);
            waiting.clear();
        }
        Merkle merkle = new Merkle();
        List<byte[]> leaves =
                group.stream()
                        .map(each -> merkle.leaf(each.head.getBytes(StandardCharsets.UTF_8)))
                        .toList();
        String text =
                "domicile-receipts@v1\n%s\n%d\n%s\n"
                        .formatted(name, group.size(), Signer.base64(root(merkle, leaves)));
        String note = signer.note(name, text);
        for (int i = 0; i < group.size(); i++) {
            StringBuilder receipt = new StringBuilder(group.get(i).head);
            receipt.append("group %d %d\n".formatted(i, group.size()));
            for (byte[] hash : path(merkle, i, leaves)) {
                receipt.append(Signer.base64(hash)).append('\n');
            }
            group.get(i).receipt = receipt.append('\n').append(note).toString();
        }
    }

    private static byte[] root(Merkle merkle, List<byte[]> leaves) {
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int middle = Integer.highestOneBit(leaves.size() - 1);
        return merkle.node(
                root(merkle, leaves.subList(0, middle)),
                root(merkle, leaves.subList(middle, leaves.size())));
    }

    private static List<byte[]> path(Merkle merkle, int index, List<byte[]> leaves) {
        if (leaves.size() == 1) {
            return new ArrayList<>();
        }
        int middle = Integer.highestOneBit(leaves.size() - 1);
        List<byte[]> left = leaves.subList(0, middle);
        List<byte[]> right = leaves.subList(middle, leaves.size());
        boolean first = index < middle;
        List<byte[]> path = first ? path(merkle, index, left) : path(merkle, index - middle, right);
        path.add(root(merkle, first ? right : left));
        return path;
    }
}
