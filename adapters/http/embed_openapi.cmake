# Writes OUT: a C++ source with the description of the API in FILE as a raw string.
file(READ ${FILE} json)
set(text "#include \"adapters/http/openapi.hpp\"\n\nnamespace carillon::http {\n\n")
string(APPEND text "const std::string_view openapi_document = R\"~json~(${json})~json~\";\n\n}\n")
file(WRITE ${OUT} "${text}")
