package org.domicile.keys;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The wrapped keys in memory, about 120 bytes each, so that a million of them cost no more than a
 * small cache: pages of plain arrays, and open-addressed indices of ordinals over them, one by id
 * and one by token. Ids are random and tokens look so, so their own bits are the hash. A dead key
 * keeps its place until the table is next built (at open), wiped. Its owner locks.
 */
final class KeyTable {
    static final byte DEAD = 0;

    /** The one key of the program itself, from which the vault's is derived. */
    static final byte VAULT = 1;

    static final byte ORGANISATION = 2;
    static final byte BUCKET = 3;
    static final byte SUBJECT = 4;
    static final byte NAMED = 5;

    static final int NONE = -1;
    static final int WRAPPED = Secret.LENGTH + Gcm.TAG;

    private static final int PAGE_BITS = 12;
    private static final int PAGE = 1 << PAGE_BITS;

    private static final long[] NO_TOKENS = new long[0];

    private static final class Page {
        final long[] high = new long[PAGE];
        final long[] low = new long[PAGE];
        final int[] parent = new int[PAGE];
        final byte[] kind = new byte[PAGE];
        final byte[] wrapped = new byte[PAGE * WRAPPED];
        // 16 KiB each, which pages without a token do without
        long[] tokenHigh = NO_TOKENS;
        long[] tokenLow = NO_TOKENS;
    }

    /** An id, or a token, as two numbers. */
    record Id(long high, long low) {
        /** Nobody's token. */
        static final Id NONE = new Id(0, 0);

        static Id of(KeyId key) {
            return new Id(
                    HexFormat.fromHexDigitsToLong(key.id(), 0, 16),
                    HexFormat.fromHexDigitsToLong(key.id(), 16, 32));
        }

        String text() {
            HexFormat hex = HexFormat.of();
            return hex.toHexDigits(high) + hex.toHexDigits(low);
        }
    }

    private final List<Page> pages = new ArrayList<>();
    private int[] index = fresh(1 << 10);
    private int[] tokens = fresh(1 << 4);
    private int tokened;
    private int size;
    private int living;

    /** Ordinals run from 0 to here, the dead included. */
    int size() {
        return size;
    }

    /** Living keys, the vault's included. */
    int living() {
        return living;
    }

    /** Adds a key; {@link #NONE} when the id or the token is taken. */
    int add(byte kind, Id id, int parent, byte[] wrapped, int from, Id token) {
        long high = id.high();
        long low = id.low();
        if (find(high, low) != NONE || findToken(token) != NONE) {
            return NONE;
        }
        if (size == pages.size() * PAGE) {
            pages.add(new Page());
        }
        if (size * 2L >= index.length) {
            grow();
        }
        int ordinal = size++;
        Page page = pages.get(ordinal >>> PAGE_BITS);
        int at = ordinal & (PAGE - 1);
        page.high[at] = high;
        page.low[at] = low;
        page.parent[at] = parent;
        page.kind[at] = kind;
        System.arraycopy(wrapped, from, page.wrapped, at * WRAPPED, WRAPPED);
        enter(ordinal);
        if (!token.equals(Id.NONE)) {
            mark(ordinal, token);
        }
        living++;
        return ordinal;
    }

    /** The ordinal of the living key with a token, or {@link #NONE}. */
    int findToken(Id token) {
        if (token.equals(Id.NONE)) {
            return NONE;
        }
        int slot = hash(token.low(), tokens.length);
        while (tokens[slot] != NONE) {
            if (token(tokens[slot]).equals(token)) {
                return tokens[slot];
            }
            slot = (slot + 1) & (tokens.length - 1);
        }
        return NONE;
    }

    /** The token of an ordinal. */
    Id token(int ordinal) {
        Page page = pages.get(ordinal >>> PAGE_BITS);
        int at = ordinal & (PAGE - 1);
        return page.tokenHigh.length == 0 ? Id.NONE : new Id(page.tokenHigh[at], page.tokenLow[at]);
    }

    private void mark(int ordinal, Id token) {
        Page page = pages.get(ordinal >>> PAGE_BITS);
        if (page.tokenHigh.length == 0) {
            page.tokenHigh = new long[PAGE];
            page.tokenLow = new long[PAGE];
        }
        page.tokenHigh[ordinal & (PAGE - 1)] = token.high();
        page.tokenLow[ordinal & (PAGE - 1)] = token.low();
        if (tokened * 2L >= tokens.length) {
            tokens = fresh(tokens.length * 2);
            tokened = 0;
            for (int each = 0; each < ordinal; each++) {
                if (!token(each).equals(Id.NONE)) {
                    enterToken(each);
                }
            }
        }
        enterToken(ordinal);
    }

    private void enterToken(int ordinal) {
        int slot = hash(token(ordinal).low(), tokens.length);
        while (tokens[slot] != NONE) {
            slot = (slot + 1) & (tokens.length - 1);
        }
        tokens[slot] = ordinal;
        tokened++;
    }

    /** The ordinal of a living key, or {@link #NONE}. */
    int find(long high, long low) {
        int slot = hash(low, index.length);
        while (index[slot] != NONE) {
            int ordinal = index[slot];
            if (high(ordinal) == high && low(ordinal) == low) {
                return kind(ordinal) == DEAD ? NONE : ordinal;
            }
            slot = (slot + 1) & (index.length - 1);
        }
        return NONE;
    }

    byte kind(int ordinal) {
        return pages.get(ordinal >>> PAGE_BITS).kind[ordinal & (PAGE - 1)];
    }

    long high(int ordinal) {
        return pages.get(ordinal >>> PAGE_BITS).high[ordinal & (PAGE - 1)];
    }

    long low(int ordinal) {
        return pages.get(ordinal >>> PAGE_BITS).low[ordinal & (PAGE - 1)];
    }

    /** The organisation's ordinal, or {@link #NONE}. */
    int parent(int ordinal) {
        return pages.get(ordinal >>> PAGE_BITS).parent[ordinal & (PAGE - 1)];
    }

    byte[] wrapped(int ordinal) {
        int at = (ordinal & (PAGE - 1)) * WRAPPED;
        return Arrays.copyOfRange(pages.get(ordinal >>> PAGE_BITS).wrapped, at, at + WRAPPED);
    }

    void rewrap(int ordinal, byte[] wrapped) {
        int at = (ordinal & (PAGE - 1)) * WRAPPED;
        System.arraycopy(wrapped, 0, pages.get(ordinal >>> PAGE_BITS).wrapped, at, WRAPPED);
    }

    void kill(int ordinal) {
        rewrap(ordinal, new byte[WRAPPED]);
        Page page = pages.get(ordinal >>> PAGE_BITS);
        int at = ordinal & (PAGE - 1);
        page.kind[at] = DEAD;
        if (page.tokenHigh.length > 0) {
            // Its place in the index stays, and fits no token any more.
            page.tokenHigh[at] = 0;
            page.tokenLow[at] = 0;
        }
        living--;
    }

    /** The name of an ordinal; none for the vault. */
    @Nullable KeyId name(int ordinal) {
        KeyId.Kind kind = kindOf(kind(ordinal));
        return kind == null ? null : new KeyId(kind, new Id(high(ordinal), low(ordinal)).text());
    }

    static byte code(KeyId.Kind kind) {
        return switch (kind) {
            case ORGANISATION -> ORGANISATION;
            case BUCKET -> BUCKET;
            case SUBJECT -> SUBJECT;
            case NAMED -> NAMED;
        };
    }

    private static KeyId.@Nullable Kind kindOf(byte code) {
        return switch (code) {
            case ORGANISATION -> KeyId.Kind.ORGANISATION;
            case BUCKET -> KeyId.Kind.BUCKET;
            case SUBJECT -> KeyId.Kind.SUBJECT;
            case NAMED -> KeyId.Kind.NAMED;
            default -> null;
        };
    }

    private void grow() {
        index = fresh(index.length * 2);
        for (int ordinal = 0; ordinal < size; ordinal++) {
            enter(ordinal);
        }
    }

    private void enter(int ordinal) {
        int slot = hash(low(ordinal), index.length);
        while (index[slot] != NONE) {
            slot = (slot + 1) & (index.length - 1);
        }
        index[slot] = ordinal;
    }

    private static int hash(long low, int length) {
        return (int) (low ^ (low >>> 32)) & (length - 1);
    }

    private static int[] fresh(int length) {
        int[] index = new int[length];
        Arrays.fill(index, NONE);
        return index;
    }
}
