"""Lo que dice la página, en español: the Spanish of every word in ``words.py``, under the same name and no other.

``PHRASES`` alone stands only here: what the engine says itself, which is English on the command line.
"""

# Login
LOGIN = "Entrar"
LOGOUT = "Salir"
PASSWORD = "Contraseña"  # noqa: S105 (a label)
WRONG = "Esa no es la contraseña."
WAIT = "Demasiados intentos fallidos: espere {seconds} s."
SIGN_NAME, SIGN_KEY = "Nombre", "Clave"
SIGN_WRONG = "Ninguna clave de ese nombre es la que se escribió."
SIGN_NOTHING = "Esta clave no abre ninguna colección de las que hay aquí."
SIGN_NO_KEYS = "No se pueden leer las claves: el registro del servidor dice por qué."
SIGNED = "Ha entrado como {name}"
SIGNED_READS = "Puede preguntar y leer lo que hay aquí, no cambiarlo."
SIGNED_SOME = "Puede preguntar y leer {collections}, no cambiarlo."
LEAVE = "¿Terminar esta sesión en este equipo?"

# Under load
STOPPING = "Quoteline se está deteniendo: pregunte de nuevo cuando vuelva."

# The bar above all
VIEW_ASK, VIEW_LIBRARY = "Preguntar", "Biblioteca"
BAR_VIEWS = "Vistas"
BAR_HISTORY = "Conversaciones"
BAR_SETTINGS = "Ajustes"
BAR_DEVELOPERS = "Para desarrolladores"
BAR_TRACE = "Mostrar cómo se halló cada respuesta"
SET_LLM = "Quién redacta la respuesta"
SET_LLM_NONE = "Nadie: solo citas"
SET_LLM_NO = "En este servidor no hay ningún modelo de lenguaje preparado."
SET_LLM_ABOUT = (
    "Preparados en este servidor, que guarda sus claves: ni se muestran aquí ni se guardan en este navegador."
)
SET_TEST = "Probarlo"
SET_TEST_ABOUT = "Le pide una palabra; no se envía nada de las fuentes"
SET_TESTING = "Preguntando a {llm}…"
SET_TEST_SAID = "Funciona: {llm} dijo «{said}» tras {seconds} s."
SET_TEST_NOTHING = "{llm} respondió tras {seconds} s, pero no dijo nada."
SET_TEST_LATE = "{llm} no respondió en {seconds} s."
SET_TEST_BUSY = "Ya se está probando: inténtelo de nuevo en medio minuto."
SET_TEST_LOST = "El servidor no responde: ¿sigue en marcha?"
SET_UNKNOWN = "Este servidor no tiene «{what}»: elija de nuevo en los ajustes."
SET_THRESHOLD = "Cuán segura debe ser una respuesta"
SET_STEPS = {"more": "Responde más", "set": "Como se midió", "surer": "Responde con más seguridad"}
SET_AS_SERVER = "Como está ajustado este servidor"
SET_COST = (
    "rechaza {refused} de cada 100 preguntas que tienen respuesta; responde, mal, a {answered} de cada 100 que no la "
    "tienen"
)
SET_COST_ABOUT = "Medido con SQuAD 2.0; allí las preguntas sin respuesta se escribieron para confundir."
SET_NO_COST = "Lo que cuesta cada una no se midió para este lector."
SET_LENGTH = "Longitud de una respuesta"
SET_LENGTHS = {"sentence": "Una frase", "short": "Breve", "all": "Todo lo que se halle"}
SET_LENGTH_ABOUT = (
    "Breve son dos frases. Se conservan cada valor en que las fuentes discrepan y cada parte de una pregunta."
)
SET_ABOUT = "Estos ajustes los guarda este navegador y van con cada pregunta: no cambian las respuestas de nadie más."
SET_LANGUAGE = "Idioma"
THEME = "Aspecto"
THEME_SYSTEM, THEME_LIGHT, THEME_DARK = "Sistema", "Claro", "Oscuro"
SHEET_BACK = "Volver a la respuesta"
SIDE_WIDTH = "Ancho de las fuentes"

# The library
SOURCES = "Fuentes"
ADD = "Añadir archivos"
DROP = "Suelte aquí archivos o carpetas, o"
CHOOSE = "elija archivos"
DROP_ABOUT = "{suffixes}; como mucho {megabytes} MB cada uno. Se copian en {folder} y se indexan en el acto."
UPLOADING = "Añadiendo {name} ({n} de {all})…"
UPLOADED_AS = "Añadido como {name}: ya hay otro archivo con su nombre."
UPLOADED_BEFORE = "Ya estaba, con el mismo contenido."
NOT_UPLOADED = "No se ha añadido: {error}"
NO_ANSWER = "el servidor no responde: ¿sigue en marcha?"
WRONG_SUFFIX = "no es ninguno de {suffixes}"
TOO_LARGE = "ocupa más de {megabytes} MB"
FOLDER = "Añadir una carpeta de este equipo por su ruta"
FOLDER_ABOUT = "Sus archivos se copian en {folder}; la carpeta misma queda como está."
FOLDER_EXAMPLE = "/home/nombre/articulos"
FOLDER_ADD = "Añadir carpeta"
REINDEX = "Indexar de nuevo"
REMOVE = "Quitar"
REMOVE_ASK = "¿Quitar {name}? Su archivo se mueve a {folder}, de donde puede recuperarlo; no se borra nada."
REMOVED = "{name} se movió a {place}. Dejará de responder en cuanto el índice esté hecho."
STAGE_MEANWHILE = "Mientras tanto se responde con el índice anterior."
DONE_SAME = "El índice está al día. Documentos: {documents}."
DONE = (
    "Indexado. Documentos: {documents} (añadidos {added}, cambiados {changed}, quitados {removed}); en cuarentena: "
    "{skipped}."
)
PARTLY_READ = "Algunas fuentes no se pudieron leer enteras ({count}): la lista dice qué falta."
FAILED = "El índice sigue como estaba: {error}"
LEFT_OUT = "No copiados"
LIST = "Documentos"
LIST_FIND = "Buscar una fuente"
LIST_EXAMPLE = "título, editor, nombre de archivo o fecha"
LIST_NONE = "No hay ninguna fuente así."
PUBLISHER = "Editor"
STATES = {
    "indexed": "Indexado",
    "corpus": "Indexado: un archivo de muchos documentos",
    "new": "Espera a ser indexado",
    "gone": "Quitado; responde hasta el próximo índice",
    "skipped": "En cuarentena",
}
LIMIT_SOURCES = "Limitar la conversación a estas fuentes"
LIMIT_SOURCES_ABOUT = "Elija algunas, o escriba un patrón como uploads/*; ninguna significa todas."
LIMIT_AFTER = "Publicado en esta fecha o después"
LIMIT_BEFORE = "Publicado en esta fecha o antes"
LIMIT_DATE = "2026-01-31"
LIMIT_SET = "Limitar la conversación"
LIMIT_ALL = "Usar todas las fuentes"
LIMIT_NOTHING = "No hay ningún documento así: la conversación no se limita."
LIMIT_NO_SOURCE = "No hay ninguna fuente como '{typed}': el límite sigue como estaba."
LIMITED = "La conversación se limita a {what}."
LIMITED_COUNT = "{passing} de los {documents} documentos"
LIMITED_SOURCES = "las fuentes {sources}"
LIMITED_AFTER = "lo publicado el {date} o después"
LIMITED_BEFORE = "lo publicado el {date} o antes"
NOT_LIMITED = "Se responde con todas las fuentes."
TIMELINE = "Cuándo se publicaron los documentos"
TIMELINE_NONE = "Ningún documento dice cuándo se publicó."
TIMELINE_ABOUT = "Documentos con fecha: {count}, desde {first} hasta {last}."
TIMELINE_MOST = "Más a la vez: {count}, en {when}."
TIMELINE_UNDATED = "Sin fecha: {count}."
TIMELINE_BAR = "{when}: {count}"
TIMELINE_MORE = "y {count} más"
MAP = "Mapa de pasajes"
MAP_ABOUT = (
    "Pasajes: {shown} de {passages}, un punto cada uno. Documentos: {documents}. Lo que dice cosas parecidas suele "
    "estar cerca."
)
MAP_USED = "citado por la última respuesta"
MAP_QUOTED_FROM = "{title} ({count})"
MAP_ANSWER = "Con un anillo, los que cita la última respuesta: {quoted}."
MAP_NO_ANSWER = "Cuando se responda a una pregunta, los pasajes que cite llevarán un anillo."

# The list of conversations beside the chat
KEPT_CONVERSATIONS = "Conversaciones"
KEPT_NEW_CONVERSATION = "Conversación nueva"
KEPT_FIND = "Buscar conversaciones"
KEPT_FIND_HOLDER = "Buscar"
KEPT_OPEN_SHARED = "Abrir un archivo compartido"
KEPT_NONE = "Lo que pregunte se guarda aquí, en este servidor, solo para este navegador."
KEPT_NONE_FOUND = "Ninguna conversación tiene esas palabras."
KEPT_ONE_QUESTION, KEPT_QUESTIONS = "1 pregunta", "{count} preguntas"
KEPT_SHARED = "compartida, solo para leer"
KEPT_MORE = "Opciones de {title}"
KEPT_TITLE = "Título"
KEPT_RENAME = "Cambiar el nombre"
KEPT_EXPORT = "Exportar"
KEPT_FORMS = {"md": "Markdown", "html": "HTML", "json": "Archivo para compartir (JSON)"}
KEPT_DELETE = "Borrar"
KEPT_DELETE_SURE = "¿Borrarla para siempre?"
KEPT_GOLD = "Respuestas valoradas, candidatas a oro (JSON Lines)"
KEPT_GOLD_ABOUT = "Para rag eval; que las revise una persona"
KEPT_BANNER = (
    "Compartida, solo para leer. Cada cita está en los documentos que venían con el archivo; no se han comparado con "
    "las fuentes de aquí."
)
KEPT_CONVERSATION_GONE = "Esta conversación ya no está."
KEPT_TOO_LARGE = "El archivo ocupa más de {most} MB: no es un archivo compartido."

# The tab of the chat
CHAT_HEAD = (
    "Cada línea de una respuesta es {proof}. Deténgase en su número para ver la cita, y púlselo para leerla en su "
    "fuente."
)
CHAT_PROOF_QUOTE = "una cita literal"
CHAT_PROOF_LLM = "comprobada con las citas que da"
CHAT_SKIP = "Saltar a la última respuesta"
CHAT_KEYS = "Teclas"
CHAT_KEYS_LIST = (
    ("Intro", "en el cuadro de la pregunta: preguntar"),
    ("← →", "en el borde de las fuentes: ensancharlas o estrecharlas"),
    ("n", "en una respuesta o una fuente: la cita siguiente"),
    ("p", "en una respuesta o una fuente: la cita anterior"),
    ("Intro", "en un número: ir a su cita; Esc vuelve"),
    ("← →", "en la pestaña de una fuente: la fuente de al lado"),
    ("← →", "en una página impresa: la página siguiente, la anterior"),
    ("Supr", "en la pestaña de una fuente: cerrarla"),
    ("Esc", "cerrar la cita que muestra un número, o dejar de editar"),
)
CHAT_CONVERSATION = "Conversación"
CHAT_EMPTY = "Haga una pregunta a las fuentes."
CHAT_QUESTION = "Pregunta"
CHAT_ASK = "Preguntar"
CHAT_STOP = "Parar"
CHAT_START_OVER = "Empezar de nuevo"
CHAT_PLACEHOLDER = "Pregunte a las fuentes"
CHAT_FOR_EXAMPLE = "Por ejemplo"
CHAT_YOU_CAN_ASK = "Puede preguntar"
CHAT_ONE_AT_A_TIME = "Una respuesta cada vez: su pregunta queda en el cuadro. Espere a la respuesta, o pulse Parar."
CHAT_WAIT = "Una respuesta cada vez: espere a la respuesta, o pulse Parar."
CHAT_READ_ONLY = "Esta conversación se abrió de un archivo y solo se puede leer. Empiece de nuevo para preguntar."
CHAT_BROKEN = "No se pudo responder a esta pregunta: el servidor dio con un error, que consta en su registro."
CHAT_NOT_KEPT = "La respuesta no se pudo guardar entre sus conversaciones: {why}"
CHAT_NOT_RATED = "Lo que opina de ella no se pudo guardar: {why}"
CHAT_SEARCHING = "Buscando en las fuentes…"
CHAT_READING = "Leyendo {count} pasajes…"
CHAT_WRITING = "Escribiendo…"

# An answer
MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
CHAT_CONFIDENT, CHAT_LIKELY, CHAT_UNSURE = "Segura", "Probable", "Insegura: lea la cita"
CHAT_TURN = "Pregunta {number}"
CHAT_ASKED_AS = "Preguntado como: {question}"
CHAT_CITE = "Mostrar la cita {number} en su fuente"
CHAT_QUOTED = "citado"
CHAT_QUOTED_ABOUT = "Citado de la fuente palabra por palabra"
CHAT_SUPPORTED = "respaldado"
CHAT_SUPPORTED_ABOUT = "Escrito por {llm} y respaldado por las citas que da"
CHAT_VERBATIM = "Literal de las fuentes"
CHAT_WORD_FOR_WORD = "Palabra por palabra"
CHAT_PARTLY = {
    "described": "en parte la descripción que un modelo hizo de una imagen",
    "transcribed": "en parte lo que un modelo oyó",
}
CHAT_WRITTEN = "Escrito por {llm}; cada línea, comprobada con sus citas"
CHAT_SURE_ABOUT = "Confianza {odds}: la probabilidad de que estas citas respondan a la pregunta"
CHAT_SURE_NOT = "La probabilidad de que la primera de ellas responda es {odds}."
CHAT_DROPPED_ONE = "1 línea del modelo no se muestra: sus citas no la respaldan"
CHAT_DROPPED = "{count} líneas del modelo no se muestran: sus citas no las respaldan"
CHAT_LOOKED_FOR = "Se buscó:"
CHAT_KEY_TERMS = "Términos clave:"
CHAT_KEY_TERMS_MISSING = "no están en los pasajes más cercanos:"
CHAT_CLOSEST = "Esto es lo más cercano:"
CHAT_CLOSEST_MORE = "Después:"
CHAT_ANSWERED_BY = "Respuesta, {sure}. Citas: {count}."
CHAT_COPY = "Copiar"
CHAT_COPY_ABOUT = "Copiar la respuesta con sus citas"
CHAT_COPIED = "Copiada con sus citas"
CHAT_NOT_COPIED = "El navegador no deja copiar a esta página"
CHAT_AGAIN = "Preguntar otra vez"
CHAT_AGAIN_ABOUT = "Preguntar esto otra vez: lo que sigue en la conversación se quita cuando llega la respuesta"
CHAT_EDIT = "Editar"
CHAT_EDIT_ABOUT = "Editar esta pregunta: lo que sigue se quita cuando llega la respuesta"
CHAT_EDIT_LABEL = "La pregunta, editada"
CHAT_EDIT_SAVE = "Preguntar esto en su lugar"
CHAT_CANCEL = "Cancelar"
CHAT_GOOD, CHAT_BAD = "Buena respuesta", "Mala respuesta"
CHAT_ACTIONS = "Esta respuesta"
CHAT_COMMENT = "Qué tiene de bueno o de malo (opcional; se guarda en este equipo)"
CHAT_COMMENT_SAVE = "Guardar"
CHAT_COMMENT_SAVED = "Guardado"
CHAT_TRACE = "Cómo se halló"
CHAT_TRACE_QUESTION = "La pregunta tal como se leyó:"
CHAT_TRACE_NO_HITS = "Los pasajes hallados no se guardan con la conversación: pregunte otra vez para verlos."
CHAT_TRACE_HITS = "Pasajes hallados, los mejores primero"
CHAT_TRACE_HEADS = ("#", "Pasaje", "Puntuación", "Puesto denso", "Puesto BM25", "Coseno")
CHAT_TRACE_RERANKER = "Puesto del reordenador"
CHAT_TRACE_TIMES = "Tiempos:"
CHAT_TRACE_MODELS = "Modelos:"
CHAT_TRACE_HURRIED = "Esperaban muchas preguntas: leyó esta el lector incluido, que es el más rápido."
CHAT_TRACE_INDEX = "Índice:"

# The sources beside the chat
CHAT_SOURCES = "Fuentes"
CHAT_SOURCES_ONE = "1 fuente"
CHAT_SOURCES_COUNT = "{count} fuentes"
CHAT_SOURCES_MORE = "y {count} más"
CHAT_ALL_SOURCES = "Todas las fuentes"
CHAT_OPEN_SOURCES = "Fuentes abiertas"
CHAT_PREVIOUS, CHAT_NEXT = "Cita anterior", "Cita siguiente"
CHAT_QUOTE_OF = "Cita {number} de {count}"
CHAT_PASSAGE_OF = "Pasaje {number} de {count}"
CHAT_CLOSE = "Cerrar"
CHAT_CLOSE_ABOUT = "Cerrar {title}"
CHAT_PAGE = "página {page}"
CHAT_PAGES = "páginas {page}-{end}"
CHAT_TIME = "en {time}"
CHAT_ALSO_IN = "La misma frase está también en {others}"
CHAT_TEXT_OF = "Texto de {title}"
CHAT_FRONT_MATTER = "Lo que el archivo dice de sí mismo"
CHAT_GONE = "{source} ya no está entre las fuentes. De ahí se citó esto:"
SOUND_OF = "Reproductor de {title}"
SOUND_GONE = "El archivo ya no está en la carpeta de fuentes, o no es el que se indexó."
CHAT_CHANGED = "Esta fuente ha cambiado desde que se citó: la cita ya no está en su sitio. Era:"

# The tab of evaluations
EVALUATION = "Evaluación"
RUNS_ASKED = "Preguntas de oro"
RUNS_AT_MOST = "como mucho {count}"
RUNS_FIGURES = "Cifras que se muestran"
RUNS_CHOOSE = "Elegir cifras"
RUNS_HEAD = "Evaluación"
RUNS_ABOUT = (
    "Ejecuciones de rag eval que hicieron las mismas preguntas de oro, la más antigua a la izquierda, cada cifra con "
    "su intervalo del 95 %. Hay una línea discontinua donde cambiaron las preguntas: a sus dos lados no se preguntó lo "
    "mismo."
)
RUNS_NONE = "Todavía no hay ninguna ejecución."
RUNS_COMMAND = "Esta orden hace preguntas de oro, mide las respuestas y escribe una ejecución en {folder}:"
RUNS_EXAMPLE = "rag eval run eval/article.jsonl --sources seeds"
RUNS_NO_FIGURE = "No se ha elegido ninguna cifra, o estas ejecuciones no tienen ninguna de las elegidas."
RUNS_NEWEST = "Se muestran las {shown} más nuevas de {all}."
RUNS_SKIPPED = "{count} pasadas por alto"
RUNS_TABLE = "Las mismas cifras en números, la ejecución más nueva primero"
RUNS_TABLE_HEADS = ("Ejecución", "Empezó (UTC)", "Control", "Preguntas")
RUNS_TABLE_MORE = ("Mediana, ms", "LLM", "Commit")
RUNS_PASSED = "✓ superado"
RUNS_FAILED = "✗ no superado ({count})"
RUNS_NO_LLM = "ninguno"
RUNS_CHANGED = "y cambios"
RUNS_UNKNOWN = "desconocido"
RUNS_HIGHER = "más alto es mejor"
RUNS_LOWER = "más bajo es mejor"
RUNS_VALUE = "{value:.3f} ({low:.3f} a {high:.3f})"
RUNS_POINT = "{figure} {value}\n{questions} preguntas\n{name}, {when}"
RUNS_PLOT = "{figure} a lo largo de {count}; la última: {value}. La tabla de abajo tiene todos los números."
RUNS_ONE, RUNS_MANY = "1 ejecución", "{count} ejecuciones"
RUNS_NEW_GOLD = "Desde aquí las preguntas de oro son otras"
RUNS_OPENS = "Informe de {name}, en una pestaña nueva"
RUNS_FOREIGN = "no contiene ninguna ejecución de rag eval: no tiene summary.json"
RUNS_EMPTY = "está vacía: una ejecución en marcha, o que terminó antes de escribirse"
RUNS_LINK = "es un enlace, que no se sigue"
RUNS_NOT_UTF8 = "tiene un nombre que no es UTF-8"
RUNS_NO_RESULTS = "no tiene results.jsonl: no se escribió hasta el final"
RUNS_UNREADABLE = "no se puede leer: {why}"
RUNS_DEEP = "está demasiado hondo para mirar dentro"
REPORT_MISSING = "No hay ninguna ejecución con este nombre. La vista Evaluación enumera las que hay."
REPORT_DAMAGED = "No se puede hacer el informe de esta ejecución: {why}"
SHARE_UNTITLED = "Conversación"
SHARE_EXPORTED = "De Quoteline: cada línea de una respuesta nombra las citas que la respaldan."
SHARE_ASKED_AS = "Preguntado como: {question}"
SHARE_VERBATIM = "Literal de las fuentes · confianza {odds:.0%}"
SHARE_WRITTEN = "Escrito por {llm}; cada línea, comprobada con sus citas · confianza {odds:.0%}"
SHARE_CLOSEST = "Esto es lo más cercano"
SHARE_QUOTES = "Citas"
SHARE_SOURCES = "Fuentes"
SHARE_ON_PAGE = "página {page}"
SHARE_ON_PAGES = "páginas {page}-{end}"
SHARE_AT = "en {time}"
SHARE_MOVED = "La fuente ha cambiado desde entonces, o ya no está."
SHARE_IN_SOURCE = "en su fuente"

# The notebook
NOTEBOOK = "Cuaderno"
NOTE_EMPTY = "Fije una cita o una respuesta, y se guarda aquí, en este servidor, solo para este navegador."
NOTE_PIN, NOTE_PINNED = "Fijar", "Fijada"
NOTE_PIN_QUOTE = "Fijar esta cita"
NOTE_PIN_ABOUT = "Guardarla en el cuaderno; si se pulsa otra vez, se saca"
NOTE_SAID_PINNED = "Fijada en el cuaderno."
NOTE_SAID_UNPINNED = "Sacada del cuaderno."
NOTE_SAID_COMMENTED = "Tiene un comentario: sáquela en el cuaderno."
NOTE_SAID_SAVED = "Guardado."
NOTE_SAID_MOVED = "Movida."
NOTE_SAID_REMOVED = "Quitada del cuaderno."
NOTE_SAID_TAKEN = "Ahora señala adonde está la cita."
NOTE_SAID_NOWHERE = "Eso ya no está en el cuaderno."
NOTE_ONE, NOTE_MANY = "1 cosa fijada", "{count} cosas fijadas"
NOTE_COUNTED = "{count}, cotejadas con las fuentes tal como están ahora: {told}."
NOTE_INDEX = "Índice {index}"
NOTE_COUNTS = {"stands": "{count} como se citó", "moved": "{count} movidas", "gone": "{count} ya no están"}
NOTE_STATES = {"stands": "Sigue como se citó", "moved": "Movida dentro de su fuente", "gone": "Ya no está en su fuente"}
NOTE_STATES_ABOUT = {
    "stands": "La cita está en su sitio en el índice tal como es ahora",
    "moved": "La fuente ha cambiado: las mismas palabras están ahora en otro sitio de ella",
    "gone": "La fuente se quitó, o ya no dice esto palabra por palabra",
}
NOTE_TAKE = "Tomar el sitio nuevo"
NOTE_EXPORT = "Exportar"
NOTE_FORMS = {
    "md": "Markdown",
    "docx": "Word, con notas al pie",
    "csl.json": "Referencias (CSL-JSON)",
    "jsonld": "Anotaciones W3C",
}
NOTE_NO_GROUP = "En ningún grupo"
NOTE_ANSWER = "Respuesta"
NOTE_OPEN = "Mostrar la cita en su fuente"
NOTE_PLACE = "caracteres {start}-{end}"
NOTE_WHEN = "fijada el {day}"
NOTE_ASKED = "Pregunta:"
NOTE_EDIT = "Comentario y grupo"
NOTE_COMMENT = "Comentario"
NOTE_GROUP = "Grupo"
NOTE_SAVE = "Guardar"
NOTE_UP, NOTE_DOWN, NOTE_REMOVE = "Subir", "Bajar", "Quitar"
NOTE_OF = "{what}: {quote}"
NOTE_READ = "Pulse una cita para leerla en su fuente."

# The check of a text
CHECK = "Comprobar"
CHECK_ABOUT = "Pegue un texto y vea qué afirmaciones suyas respaldan, contradicen o no tienen las fuentes."
CHECK_TEXT = "Texto que comprobar"
CHECK_EXAMPLE = "Una respuesta de un modelo, un borrador, un comunicado de prensa"
CHECK_DO, CHECK_STOP = "Comprobar el texto", "Parar"
CHECK_TOO_LONG = "El texto tiene {length} caracteres: se comprueban como mucho {most} cada vez."
CHECK_TOO_MANY = "Hay {count} textos que se comprueban y esperan: inténtelo de nuevo en un minuto."
CHECK_BROKEN = "No se pudo comprobar el texto: el servidor dio con un error, que consta en su registro."
CHECK_GONE = "Esta comprobación ya no se guarda: compruebe el texto de nuevo."
CHECK_WAITS = "Espera a que se compruebe otro texto…"
CHECK_GOES_ON = "Comprobadas {done} de {count} afirmaciones…"
CHECK_STOPPED = "Parado: {left} afirmaciones no se comprobaron."
CHECK_STATES = {
    "supported": "Respaldada",
    "contradicted": "Contradicha",
    "not_found": "No hallada",
    "waiting": "Aún sin comprobar",
}
CHECK_COUNTS = {
    "supported": "{count} respaldadas",
    "contradicted": "{count} contradichas",
    "not_found": "{count} no halladas",
}
CHECK_ONE, CHECK_MANY = "1 afirmación", "{count} afirmaciones"
CHECK_MARKED = "El texto, con sus afirmaciones marcadas"
CHECK_CLAIMS = "Sus afirmaciones"
CHECK_CLAIM = "Afirmación {number}"
CHECK_QUOTE = "Mostrar la cita {number} en su fuente"
CHECK_READ_AS = "Leído como: {text}"
CHECK_WHY = "Por qué: {reason}"
CHECK_AGAINST = "Pero esto la contradice:"
CHECK_VERBATIM = "Una fuente lo dice palabra por palabra: «{text}»"
CHECK_NOT_VERBATIM = "Ninguna fuente lo dice palabra por palabra: «{text}»"
CHECK_MISATTRIBUTED = "quien se nombra aquí no está a su lado allí"
CHECK_CLOSEST = "Lo más cercano:"
CHECK_EXPORT = "Guardar como"
CHECK_FORMS = {"html": "HTML", "md": "Markdown", "json": "JSON"}
CHECK_READ = "Pulse una cita para leerla en su fuente."

# Installed, and without its server
INSTALL_ABOUT = "Respuestas de sus documentos, cada una con su cita literal."
OFFLINE_HEAD = "El servidor no está en marcha"
OFFLINE_ABOUT = (
    "Quoteline responde desde un equipo suyo, que no contesta. Inícielo allí con rag ui: esta página vuelve por sí "
    "sola."
)
OFFLINE_AGAIN = "Reintentar"

# What is added
CHOOSE_FOLDER = "elegir una carpeta"
DROP_KINDS = "Qué se puede añadir"
NO_FILES = "No hay en ella ningún archivo que se pueda leer."
LEFT_OUT_OF_FOLDER = "Archivos de la carpeta que se dejan fuera, pues no se leen los de su clase: {count}."
ADDRESS = "Dirección de una página o de un archivo"
ADDRESS_EXAMPLE = "https://example.org/informe.pdf"
ADDRESS_ADD = "Añadir la dirección"
ADDRESS_ABOUT = (
    "La dirección la descarga el equipo que sirve esta página, solo de máquinas públicas, sin cookies ni contraseñas. "
    "No se descarga nada que no se pida."
)
FIND_PAGES = "Buscar páginas en la web"
FIND_PAGES_EXAMPLE = "escasez de combustible Cuba 2026"
FIND_PAGES_GO = "Buscar páginas"
FINDING = "Buscando …"
FOUND_NOTHING = "No se encontró nada."
NOT_FOUND = "No se pudo buscar: {error}"
FOUND_LIST = "Páginas encontradas"
ADDRESS_BUSY = "Se están descargando {count} direcciones: añada esta cuando una de ellas haya llegado."
ARRIVALS = {
    "fetching": "Descargando…",
    "received": "Recibido",
    "read": "Leído",
    "indexed": "En el índice",
    "failed": "No se pudo leer: {why}",
    "unfetched": "No se pudo descargar: {why}",
    "partly": "No se pudo leer todo: {why}",
}
ARRIVALS_LIST = "Lo añadido"
ARRIVALS_COUNT = {
    "fetching": "descargándose: {count}",
    "received": "recibidos: {count}",
    "read": "leídos: {count}",
    "indexed": "en el índice: {count}",
    "failed": "no se pudieron leer: {count}",
}
ARRIVALS_MORE = "Aquí se ven los primeros {count}, y todos en la Biblioteca."
STAGES = {
    "wait": "Esperando al índice…",
    "copy": "Copiando archivos: {done} de {total}…",
    "read": "Leyendo archivos: {done}…",
    "export": "Preparando el codificador, una vez por índice nuevo…",
    "encode": "Indexando pasajes: {done} de {total}…",
    "open": "Abriendo el índice nuevo…",
}
STAGE_FIRST = "Se le podrá preguntar cuando el índice esté hecho."
FAILED_FIRST = "Aún no hay índice: {error}"

# The list of sources
SHELF_CHIP = "{passing} de {documents} fuentes"
SHELF_CHIP_ALL = "Todas las {documents} fuentes"
SHELF_CHIP_ONE = "1 fuente"
SHELF_CHIP_NONE = "Aún no hay fuentes"
SHELF_ORDER = "Orden"
SHELF_ORDERS = {
    "": "Como en la carpeta",
    "title": "Por título",
    "newest": "Las más nuevas primero",
    "oldest": "Las más antiguas primero",
    "publisher": "Por editor",
    "pages": "Las más largas primero",
    "unread": "Las no leídas primero",
}
SHELF_NARROW = "Editor y fecha"
SHELF_ANY_PUBLISHER = "Todos los editores"
SHELF_COUNTS = {"one": "1 fuente", "many": "{count} fuentes", "some": "{count} de {all} fuentes"}
SHELF_TICK = "Preguntar solo a {title}"
SHELF_TICK_ALL = "Marcar las {count}"
SHELF_TICK_ABOUT = "Marque fuentes para preguntar solo a ellas."
SHELF_TICKED = "Marcadas: {count}. Solo se pregunta a lo marcado."
SHELF_NOTES = "Dejado fuera a propósito"
SHELF_MORE = "Qué se puede hacer con {title}"
SHELF_OPEN = "Abrir"
SHELF_ONLY = "Preguntar solo a esta"
SHELF_AGAIN = "Leer de nuevo"
SHELF_PAGES = "{count} páginas"
SHELF_ONE_PAGE = "1 página"
SHELF_NO_ANSWER = "La lista no llega: ¿sigue en marcha el servidor?"
TIMELINE_LEGEND = {
    "day": "Una barra es un día: púlsela para ver lo publicado entonces",
    "month": "Una barra es un mes: púlsela para ver lo publicado entonces",
    "year": "Una barra es un año: púlsela para ver lo publicado entonces",
    "decade": "Una barra son diez años: púlsela para ver lo publicado entonces",
    "century": "Una barra es un siglo: púlsela para ver lo publicado entonces",
}
MAP_DOT = "{title}, pasaje {number} de {count}"
MAP_KEYS = "Pulse un punto para leerlo; las flechas llevan de uno al siguiente."
MAP_COLOURS = "Cada fuente tiene uno de ocho colores: pose el ratón en un punto para ver de cuál es"
MAP_OTHERS = "Otras ({count})"

# The page before there is an index
BEGIN_HEAD = "Empiece con sus documentos."
BEGIN_NOTHING = "Todavía no se puede preguntar nada."
BEGIN_OTHERS = "Empieza quien puede añadir fuentes. Entonces cargue esta página de nuevo."
BEGIN_ABOUT = (
    "Añada archivos, una carpeta o la dirección de una página, y hágales preguntas. Cada línea de una respuesta es una "
    "frase suya, y se abre donde está."
)
BEGIN_PRESENT_ONE = "En {folder} ya hay un archivo que se puede leer; se indexa con lo que añada."
BEGIN_PRESENT = "En {folder} ya hay {count} archivos que se pueden leer; se indexan con lo que añada."
BEGIN_INDEX = "Indexar ahora"
BEGIN_AGAIN = "Reintentar"
BEGIN_FAILED = "Aún no se puede preguntar nada: {error}. Añada otras fuentes, o reinténtelo."
BEGIN_SOURCES = "Las fuentes, con sus primeras frases"
BEGIN_MORE = "Verlas todas, o añadir más, en la Biblioteca"
BEGIN_READY_ONE = "En el índice hay 1 fuente."
BEGIN_READY = "En el índice hay {count} fuentes."
BEGIN_UNREAD_ONE = "Un archivo no se pudo leer"
BEGIN_UNREAD = "{count} archivos no se pudieron leer"
BEGIN_LOOKING = "Buscando preguntas que estas fuentes respondan…"
BEGIN_NO_QUESTION = "Pregunte con sus palabras: no se halló ninguna pregunta que ofrecer."

# Beside a quote, and a printed page
CHAT_TAGS = {
    "superseded": "superada",
    "newer": "más nueva",
    "disputed": "discrepa",
    "described": "descrita",
    "transcribed": "transcrita",
}
CHAT_TAGS_ABOUT = {
    "superseded": "Una versión más nueva de este documento dice otra cosa",
    "newer": "La última de las fuentes que no dicen lo mismo",
    "disputed": "Otra fuente dice otra cosa",
    "described": "Un modelo dice qué muestra una imagen: no son palabras de la fuente",
    "transcribed": "Un modelo dice qué oyó: no son palabras de la fuente",
}
LEAF_LARGE = "Ampliar"
LEAF_TO_TEXT = "Ver el texto"
LEAF_TO_PAGE = "Ver la página"
LEAF_PREVIOUS = "Página anterior"
LEAF_NEXT = "Página siguiente"
LEAF_OF = "Página {page} de {pages}"
LEAF_ALT = "Página {page} de {pages} de {title}, como está impresa. El texto tiene sus palabras."
LEAF_PAGE_OF = "Páginas de {title}"
LEAF_NOT_FOUND = "La cita no se halló en la página impresa: el texto la marca."
LEAF_DESCRIBED = "{model} describió una imagen de esta página. Las palabras son suyas: el texto las marca."
LEAF_CHANGED = "El archivo no es el que se indexó: este es el texto de aquel. Indexe de nuevo para ver sus páginas."
LEAF_GONE = "El archivo ya no está en la carpeta de fuentes: este es el texto que se indexó."
LEAF_NOT_DRAWN = "Las páginas de este archivo no se pueden mostrar ({why}): este es su texto."
LEAF_NO_PICTURE = "Esta página no se puede mostrar ahora: el texto tiene sus palabras."
LEAF_NONE = "Esta fuente no tiene páginas."
LEAF_BUSY = "Se están dibujando demasiadas páginas: inténtelo de nuevo en un momento."
CHECK_ELSEWHERE = "El texto cita {sources}, donde no se halló."

_ASK = "Every line of an answer is backed by a quote, and where there is no answer you are told so."
_PIDA = "Cada línea de una respuesta está respaldada por una cita, y donde no hay respuesta se le dice."
_ASK_WHAT = "Ask who, what, when, where, why or how many; or ask for a summary, or which documents there are."
_PIDA_QUE = (
    "Pregunte quién, qué, cuándo, dónde, por qué o cuántos; o pida un resumen, o qué documentos hay. Las preguntas se "
    "leen en el idioma de las fuentes."
)
PHRASES = {
    "The sources do not say.": "Las fuentes no lo dicen.",
    "I found no sentence I can stand behind.": "No encontré ninguna frase que pueda respaldar.",
    "The answer may stand in what could not be read": "La respuesta puede estar en lo que no se pudo leer",
    "Sources disagree": "Las fuentes discrepan",
    "earlier": "antes",
    "earlier, {when}": "antes, {when}",
    "no passage has anything to do with the question": "ningún pasaje tiene que ver con la pregunta",
    "the closest passages do not answer the question": "los pasajes más cercanos no responden a la pregunta",
    "A source says otherwise.": "Una fuente dice otra cosa.",
    "it says otherwise than the question takes for granted": "dice otra cosa que lo que la pregunta da por hecho",
    "what was said asks nothing of the sources": "lo dicho no pregunta nada a las fuentes",
    "confident": "segura",
    "likely": "probable",
    "unsure": "insegura",
    f"Hello. Ask what the document here says. {_ASK}": f"Hola. Pregunte qué dice el documento que hay aquí. {_PIDA}",
    f"Hello. Ask what the {{count}} documents here say. {_ASK}": (
        f"Hola. Pregunte qué dicen los {{count}} documentos que hay aquí. {_PIDA}"
    ),
    "You are welcome. Ask on.": "De nada. Siga preguntando.",
    "Goodbye.": "Adiós.",
    f"This is Quoteline: it tells what the document here says. {_ASK} {_ASK_WHAT}": (
        f"Esto es Quoteline: cuenta qué dice el documento que hay aquí. {_PIDA} {_PIDA_QUE}"
    ),
    f"This is Quoteline: it tells what the {{count}} documents here say. {_ASK} {_ASK_WHAT}": (
        f"Esto es Quoteline: cuenta qué dicen los {{count}} documentos que hay aquí. {_PIDA} {_PIDA_QUE}"
    ),
    "There are no documents.": "No hay documentos.",
    "There is 1 document:": "Hay 1 documento:",
    "There are {count} documents:": "Hay {count} documentos:",
    "- and {count} more": "- y {count} más",
}
"""By what the engine says; ``{names}`` stand for what changes in it."""
