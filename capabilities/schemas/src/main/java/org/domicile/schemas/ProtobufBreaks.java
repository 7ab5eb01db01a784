package org.domicile.schemas;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether a file of Protobuf reads what another one wrote. Stricter than the wire asks for: names
 * of fields stay (plain JSON knows nothing else), numbers only become wider, and symbols stay.
 * Owned by one thread.
 */
final class ProtobufBreaks {
    private static final int MOST_REASONS = 20;

    private final Set<String> why = new LinkedHashSet<>();
    private final Set<List<String>> seen = new HashSet<>();

    /** Messages that fields have: a chain of them may be longer than a stack is deep. */
    private final Deque<Runnable> waiting = new ArrayDeque<>();

    List<String> of(FileDescriptor old, FileDescriptor fresh) {
        if (!old.getPackage().equals(fresh.getPackage())) {
            say("The package '%s' became '%s'", old.getPackage(), fresh.getPackage());
        } else {
            if (!old.getMessageTypes().isEmpty() && !fresh.getMessageTypes().isEmpty()) {
                String first = old.getMessageTypes().getFirst().getName();
                String now = fresh.getMessageTypes().getFirst().getName();
                if (!first.equals(now)) {
                    say("The first message, which a record is, was %s and is %s", first, now);
                }
            }
            messages(old.getMessageTypes(), fresh::findMessageTypeByName);
            while (!waiting.isEmpty()) {
                Runnable next = waiting.removeFirst();
                next.run();
            }
        }
        return List.copyOf(why);
    }

    private void say(String sentence, Object... of) {
        if (why.size() < MOST_REASONS) {
            why.add(sentence.formatted(of));
        }
    }

    private void messages(List<Descriptor> old, Function<String, @Nullable Descriptor> fresh) {
        for (Descriptor each : old) {
            Descriptor now = fresh.apply(each.getName());
            if (now == null) {
                say("The message %s is gone", each.getFullName());
            } else {
                message(each, now);
                messages(each.getNestedTypes(), now::findNestedTypeByName);
            }
        }
    }

    private void message(Descriptor old, Descriptor fresh) {
        if (!seen.add(List.of(old.getFullName(), fresh.getFullName()))) {
            return;
        }
        for (FieldDescriptor each : fresh.getFields()) {
            FieldDescriptor before = old.findFieldByNumber(each.getNumber());
            FieldDescriptor named = old.findFieldByName(each.getName());
            if (named != null && named.getNumber() != each.getNumber()) {
                say("%s has another number", each.getFullName());
            }
            if (before != null) {
                field(before, each);
            } else if (each.isRequired()) {
                say("%s is required and new", each.getFullName());
            }
        }
    }

    private static String oneof(FieldDescriptor field) {
        OneofDescriptor oneof = field.getRealContainingOneof();
        return oneof == null ? "" : oneof.getName();
    }

    private void field(FieldDescriptor old, FieldDescriptor fresh) {
        String name = fresh.getFullName();
        if (!old.getName().equals(fresh.getName())) {
            say("Field %d of %s was called %s", old.getNumber(), name, old.getName());
        }
        if (fresh.isRequired() && !old.isRequired()) {
            say("%s is required now", name);
        }
        if (!oneof(old).equals(oneof(fresh))) {
            say("%s moved to another oneof", name);
        }
        if (old.isMapField() != fresh.isMapField()) {
            say("%s is a map, or was one", name);
            return;
        }
        if (old.isRepeated() && !fresh.isRepeated()) {
            say("%s is no longer repeated", name);
        } else if (!old.isRepeated() && fresh.isRepeated() && fresh.isPackable()) {
            say("%s is repeated now", name);
        }
        if (!reads(old, fresh)) {
            say(
                    "%s was %s and is %s",
                    name,
                    old.getType().name().toLowerCase(java.util.Locale.ROOT),
                    fresh.getType().name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    private boolean reads(FieldDescriptor old, FieldDescriptor fresh) {
        return switch (fresh.getType()) {
            case MESSAGE, GROUP -> {
                if (old.getType() != fresh.getType()) {
                    yield false;
                }
                // a type that another one replaces, alike, is not the same in others' eyes
                if (!old.getMessageType()
                        .getFullName()
                        .equals(fresh.getMessageType().getFullName())) {
                    yield false;
                }
                waiting.add(() -> message(old.getMessageType(), fresh.getMessageType()));
                yield true;
            }
            case ENUM -> {
                if (old.getType() != FieldDescriptor.Type.ENUM) {
                    yield false;
                }
                symbols(old.getEnumType(), fresh.getEnumType());
                yield true;
            }
            case INT64 ->
                    old.getType() == FieldDescriptor.Type.INT64
                            || old.getType() == FieldDescriptor.Type.INT32
                            || old.getType() == FieldDescriptor.Type.UINT32;
            case UINT64 ->
                    old.getType() == FieldDescriptor.Type.UINT64
                            || old.getType() == FieldDescriptor.Type.UINT32;
            case SINT64 ->
                    old.getType() == FieldDescriptor.Type.SINT64
                            || old.getType() == FieldDescriptor.Type.SINT32;
            case BYTES ->
                    old.getType() == FieldDescriptor.Type.BYTES
                            || old.getType() == FieldDescriptor.Type.STRING;
            case DOUBLE,
                    FLOAT,
                    INT32,
                    UINT32,
                    SINT32,
                    FIXED32,
                    FIXED64,
                    SFIXED32,
                    SFIXED64,
                    BOOL,
                    STRING ->
                    old.getType() == fresh.getType();
        };
    }

    private void symbols(EnumDescriptor old, EnumDescriptor fresh) {
        for (EnumValueDescriptor each : old.getValues()) {
            EnumValueDescriptor now = fresh.findValueByNumber(each.getNumber());
            boolean same =
                    now != null
                            && (now.getName().equals(each.getName())
                                    || fresh.findValueByName(each.getName()) != null
                                            && fresh.findValueByName(each.getName()).getNumber()
                                                    == each.getNumber());
            if (!same) {
                say("The enum %s has no %s any more", fresh.getFullName(), each.getName());
            }
        }
    }
}
